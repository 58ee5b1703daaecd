"""Asks for what no other suite asks for, so that every part of the schemas in /openapi.json is met by something that a service took or answered."""

import json
import signal

import settlement_test
from service import Service, attempts

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STORE = "store: sqlite:heng.db\n"

# Two kinds of subjects and the whole, a past, results of another policy, a trial, a guarantee that can be broken, sources.
POLICY = """政策 demo.every "样样都有"
  版本 "1"
  施行 2024-01-01 起   自定 "样例"
  试评 至 2024-12-31 自定 "先试"
  来源 甲 = "某办法"

引用 政策 demo.lists 的 名单 每季 : { 红榜、黑榜 }

对象 店 { 名称 : 文本 }
对象 企业 { 名称 : 文本 }

填报 每季 { 新增 : 整数 分, 0 至 100 }
填报 企业 每季 { 人数 : 整数 人, 0 至 100 }
填报 全体 每季 { 预算 : 整数 元, 0 至 1000 }

公式 余额 每季 = (上期(余额) 缺按 0 分) + 新增 × 1   依据 甲 "第三条"   说明 "累计"
公式 红 每季 = (名单 缺按 黑榜) = 红榜   自定
公式 企业.规模 每季 = 人数 × 2   自定
公式 全体.半数 每季 = 预算 ÷ 2   自定

结果 每季 余额, 红, 规模, 半数
保证 "不多" 每季 : 始终 余额 ≤ 1 分
保证 "多不吃亏" 每季 : 余额 随 新增 不减 当 红   自定
"""

# Of `a` the balance is 2, more than the guarantee allows: of a trial there is no past.
REQUEST = {
    "policy": "every", "period": "2024Q2", "roster": "complete", "explain": True,
    "subjects": [
        {"id": "a", "attributes": [{"名称": "甲"}, {"名称": "甲店", "自": "2024-02-01"}], "inputs": {"2024Q2": {"新增": 2}},
         "history": {"2024Q1": {"余额": "5"}}, "imports": {"demo.lists": {"2024Q1": {"名单": "红榜"}}}},
        {"id": "b", "attributes": {"名称": "乙"}, "inputs": {"2024Q2": {"新增": 101}}, "history": {"2024Q1": None}},
        {"id": "e", "kind": "企业", "attributes": {"名称": "丙"}, "inputs": {"2024Q2": {"人数": "3"}}}],
    "whole": {"inputs": {"2024Q2": {"预算": 9}}, "history": {"2024Q1": None}, "records": {}}}

FACTS = {
    "店.csv": "编号,名称\na,甲\n", "企业.csv": "编号,名称\ne,丙\n", "每季.csv": "编号,期间,新增\na,2024Q2,1\n",
    "企业.每季.csv": "编号,期间,人数\ne,2024Q2,3\n", "全体.每季.csv": "期间,预算\n2024Q2,9\n",
    "历史.每季.csv": "编号,期间,余额\na,2024Q1,5\n", "引用.demo.lists.每季.csv": "编号,期间,名单\na,2024Q1,红榜\n"}


def post(service, path, body, status):
    got, _, answer = service.ask("POST", path, json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json"})
    assert got == status, answer.decode()
    return json.loads(answer)


def ask_what_is_read(service):
    for path in ("/livez", "/readyz", "/readyz?strict=true", "/metrics", "/v1/districts/broken"):
        service.ask("GET", path)
    policy = "/v1/districts/shiliuzhuang/policies/plates/versions"
    parts = ("", "/schema", "/parameters", "/source", "/graph", "/graph?format=dot", "/graph?format=mermaid")
    for path in ("/openapi.json", "/v1/districts", "/v1/districts/shiliuzhuang", "/v1/districts/shiliuzhuang/policies", policy,
                 *(f"{policy}/2024.1{part}" for part in parts)):
        tag = service.ask("GET", path)[1]["ETag"]
        assert service.ask("GET", path, headers={"If-None-Match": tag})[0] == 304, path
    # A change that is refused.
    (service.folder / "districts/shiliuzhuang.yaml").write_text("name: yes\n", encoding="utf-8")
    service.process.send_signal(signal.SIGHUP)
    for _ in attempts():
        if "change_refused" in json.loads(service.ask("GET", "/v1/districts/shiliuzhuang")[2]):
            break
    service.ask("GET", "/v1/districts")


def ask_for_a_workbook():
    settlements = settlement_test.Settlements("test_a_settlement_in_every_form")
    settlements.setUp()
    try:
        done = settlements.settle({"period": "2024Q1"})
        assert settlements.ask("GET", f"{settlement_test.SETTLEMENTS}/{done['id']}", headers={"Accept": WORKBOOK})[0] == 200
    finally:
        settlements.doCleanups()


def ask_about_everything(service):
    (service.folder / "every.heng").write_text(POLICY, encoding="utf-8")
    (service.folder / "districts/demo.yaml").write_text("name: 示例\npolicy: ../every.heng\n", encoding="utf-8")
    service.start()
    district = "/v1/districts/demo"
    answer = post(service, district + "/evaluate", REQUEST, 200)
    assert answer["trial"] and [one["id"] for one in answer["violations"]] == ["a"], answer
    assert service.ask("GET", district + "/policies/every/versions/1/graph")[0] == 200
    asked = post(service, district + "/settlements", {"period": "2024Q2", "policy": "every", "files": FACTS}, 202)
    for _ in attempts():
        settlement = json.loads(service.ask("GET", f"{district}/settlements/{asked['id']}")[2])
        if settlement["state"] not in ("queued", "running"):
            break
    assert settlement["result"]["trial"], settlement
    drafts = district + "/policies/every/drafts"
    text = {"source": POLICY.replace("新增 × 1", "新增 × 2"), "path": "every.heng", "files": {}}
    post(service, drafts, {**text, "columns": {"加": "新增"}, "first_day": "2025年1月1日", "last_day": "2025-12-31"}, 201)
    post(service, drafts, {"version": "1"}, 201)
    changed = post(service, "/v1/diff", {"old": {"source": POLICY}, "new": text}, 200)["policies"][0]["changes"][0]
    assert changed["context"] and changed["old"]["source"] == "某办法", changed
    assert post(service, "/v1/check", {"source": POLICY + '公式 余额 每季 = 新增   自定\n', "path": "a.heng", "files": {}}, 200)["diagnostics"][0]["related"]
    assert "source" in post(service, "/v1/format", {"source": POLICY, "path": "a.heng", "files": {}, "keywords": "en"}, 200)
    assert post(service, "/v1/format", {"source": "政策"}, 200)["diagnostics"]


def ask_the_rest():
    ask_for_a_workbook()
    for ask, service in ((ask_what_is_read, Service(broken=True)), (ask_about_everything, Service(extra=STORE, start=False))):
        try:
            ask(service)
            assert service.stop() == 0, service.said
        finally:
            service.kill()
