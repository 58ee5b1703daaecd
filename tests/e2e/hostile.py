"""The table of hostile requests: what each is called, its bytes, the status that it deserves. Run by hostile_test.py against a service of
two districts. `@name@` in the bytes stands for a key or an id that the test made (KEYS, @decision@ of shiliuzhuang)."""

from service import EVALUATE

JSON = b"Content-Type: application/json\r\n"
LINES = b"Content-Type: application/x-ndjson\r\n"
PATH = EVALUATE.encode()
DISTRICT = b"/v1/districts/shiliuzhuang"
OTHER = b"/v1/districts/fatou"

# Key → its grants. `revoked` and `expired` had the same as `evaluator` while they held.
KEYS = {
    "evaluator": ["shiliuzhuang=evaluator"],
    "viewer": ["shiliuzhuang=viewer"],
    "auditor": ["shiliuzhuang=auditor"],
    "stranger": ["fatou=admin"],
    "revoked": ["shiliuzhuang=evaluator"],
}


def bearer(key):
    return b"Authorization: Bearer @" + key.encode() + b"@\r\n"


def head(method, path, headers=b"", key="evaluator"):
    return method + b" " + path + b" HTTP/1.1\r\nHost: a\r\n" + (bearer(key) if key else b"") + headers + b"\r\n"


def get(path=b"/livez", headers=b"", key="evaluator"):
    return head(b"GET", path, headers, key)


def post(headers, body=b"", path=PATH, key="evaluator"):
    return head(b"POST", path, headers, key) + body


def whole(body, type_=JSON, path=PATH, key="evaluator", headers=b""):
    return post(type_ + headers + b"Content-Length: %d\r\n" % len(body), body, path, key)


def fact(value):
    """A request whose one fact is that JSON value."""
    return whole(b'{"period": "2024Q3", "subjects": [{"id": "a", "inputs": {"2024-07": {"\xe4\xb8\x9a\xe4\xb8\xbb\xe8\xaf\x84\xe4\xbb\xb7": '
                 + value + b"}}}]}", path=PATH + b"?strict=true")


START_LINES = {
    "not HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    "no version": (b"GET /livez\r\n\r\n", 400),
    "HTTP/2": (b"GET /livez HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    "HTTP/0.9": (b"GET /livez HTTP/0.9\r\nHost: a\r\n\r\n", 505),
    "HTTP/1.10": (b"GET /livez HTTP/1.10\r\nHost: a\r\n\r\n", 505),
    "http in small letters": (b"GET /livez http/1.1\r\nHost: a\r\n\r\n", 400),
    "two blanks": (b"GET  /livez HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a blank in the path": (b"GET /li vez HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a tab for a blank": (b"GET\t/livez HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "bare LF": (b"GET /livez HTTP/1.1\nHost: a\n\n", 400),
    "five empty lines before": (b"\r\n" * 5 + get(), 400),
    "an empty line before that ends in LF": (b"\n" + get(), 400),
    "a CR before": (b"\r" + get(), 400),
    "a blank line before that holds a blank": (b" \r\n" + get(), 400),
    "unknown method": (b"BREW /livez HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    "method in small letters": (b"get /livez HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    "TRACE": (b"TRACE /livez HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    "CONNECT": (b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "OPTIONS *": (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    **{f"proxy address {target!r}": (b"GET " + target + b" HTTP/1.1\r\nHost: a\r\n\r\n", 400)
       for target in (b"http:///livez", b"http://u@a/livez", b"http://a?x=/livez", b"http://a#/livez", b"http://a b/livez", b"http://a:b/livez", b"http://a\0/livez")},
    "proxy address without a path": (b"GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "DELETE": (head(b"DELETE", b"/livez"), 405),
    "PUT to the evaluation": (head(b"PUT", PATH, b"Content-Length: 0\r\n"), 405),
    "GET of the evaluation": (get(PATH), 405),
}

PATHS = {
    "long path": (get(b"/" + b"a" * 5000), 414),
    "path traversal": (get(b"/v1/../../etc/passwd"), 404),
    "traversal below a district": (get(DISTRICT + b"/policies/../../../../etc/passwd"), 404),
    "encoded dots": (get(b"/v1/%2e%2e/%2e%2e/etc/passwd"), 404),
    "encoded traversal as a district": (get(b"/v1/districts/%2e%2e%2f%2e%2e%2fetc"), 403),
    "encoded traversal as a policy": (get(DISTRICT + b"/policies/%2e%2e%2f%2e%2e%2fetc%2fpasswd/versions"), 404),
    "encoded traversal as a version": (get(DISTRICT + b"/policies/plates/versions/..%2f..%2fheng.yaml/source"), 404),
    "double encoded traversal": (get(b"/v1/districts/%252e%252e%252fetc"), 403),
    "backslashes": (get(b"/v1\\districts"), 404),
    "two slashes": (get(b"//livez"), 404),
    "two slashes within": (get(b"/v1//districts"), 404),
    "a dot": (get(b"/v1/./districts"), 404),
    "slash at the end": (get(b"/v1/districts/"), 404),
    "encoded slash": (get(b"/v1%2Fdistricts"), 404),
    "capital letters": (get(b"/V1/districts"), 404),
    "bad percent": (get(b"/v1/districts/%zz"), 400),
    "cut percent": (get(b"/v1/districts/%e"), 400),
    "byte 0": (get(b"/v1/districts/a%00"), 400),
    "GBK": (get(b"/v1/districts/%B0%A1"), 400),
    "overlong UTF-8 dots": (get(b"/v1/districts/%c0%ae%c0%ae"), 400),
    "raw bytes": (get(b"/v1/districts/\xe7\x9f\xb3"), 400),
    "raw DEL": (get(b"/v1/districts/\x7f"), 400),
    "fragment": (get(b"/livez#x"), 400),
    "header splitting": (get(b"/livez%0d%0aX-Evil:%201"), 404),
    "header splitting in a query": (get(b"/v1/districts?a=%0d%0aX-Evil:%201"), 400),
    "the same query parameter twice": (get(b"/v1/districts?a=1&a=2"), 400),
    "unknown query parameter": (get(b"/v1/districts?a=1"), 400),
    "a flag that is none": (whole(b"{}", path=PATH + b"?strict=yes"), 400),
    "a limit that is no number": (get(DISTRICT + b"/decisions?limit=1e3", key="auditor"), 400),
    "a limit beyond the limit": (get(DISTRICT + b"/decisions?limit=99999999999999999999", key="auditor"), 400),
    "a negative place": (get(DISTRICT + b"/decisions?after=-1", key="auditor"), 400),
    "SQL as an id": (get(DISTRICT + b"/decisions/'%20OR%20'1'='1", key="auditor"), 404),
}

HEADERS = {
    "no host": (b"GET /livez HTTP/1.1\r\n\r\n", 400),
    "two hosts": (get(headers=b"Host: b\r\n"), 400),
    "two hosts that are the same": (get(headers=b"Host: a\r\n"), 400),
    **{f"a host that is {host!r}": (b"GET /livez HTTP/1.1\r\nHost: " + host + b"\r\n\r\n", 400)
       for host in (b"a b", b"a/b", b"a@b", b"u:p@a", b"http://a", b"a:b", b"a:-1", b"a:80:80", b":80", b"a?b", b"a%zz", b"[::1", b"::1", b"[a]", b"[::1]80",
                    b"a\x01b", b"a\tb", b"\xe7\x9f\xb3", b"a\xff")},
    "a host that is none, to HTTP/1.0": (b"GET /livez HTTP/1.0\r\nHost: a b\r\n\r\n", 400),
    "two hosts to HTTP/1.0": (b"GET /livez HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    "folded header": (get(headers=b"X: a\r\n b\r\n"), 400),
    "folded length": (post(JSON + b"Content-Length:\r\n 2\r\n", b"{}"), 400),
    "blank before the colon": (get(headers=b"X : a\r\n"), 400),
    "no name": (get(headers=b": a\r\n"), 400),
    "no colon": (get(headers=b"X\r\n"), 400),
    "byte 0": (get(headers=b"X: a\0b\r\n"), 400),
    "bare CR": (get(headers=b"X: a\rX-Evil: b\r\n"), 400),
    "control character": (get(headers=b"X: a\x07b\r\n"), 400),
    "200,000 bytes": (get(headers=b"X: " + b"a" * 200000 + b"\r\n"), 431),
    "2,000 headers": (get(headers=b"X: a\r\n" * 2000), 431),
    "two keys": (get(b"/v1/districts", bearer("stranger")), 400),
    "two types": (post(JSON + LINES + b"Content-Length: 2\r\n", b"{}"), 400),
    "two idempotency keys": (whole(b"{}", headers=b"Idempotency-Key: a\r\nIdempotency-Key: b\r\n"), 400),
    "an idempotency key of 300 characters": (whole(b"{}", headers=b"Idempotency-Key: " + b"a" * 300 + b"\r\n"), 400),
    "other expectation": (post(JSON + b"Expect: tea\r\nContent-Length: 2\r\n", b"{}"), 417),
}

LENGTHS = {
    "no length": (post(JSON), 411),
    "chunked": (post(JSON + b"Transfer-Encoding: chunked\r\n", b"2\r\n{}\r\n0\r\n\r\n"), 411),
    "negative chunk": (post(JSON + b"Transfer-Encoding: chunked\r\n", b"-5\r\nhello\r\n"), 411),
    "CHUNKED": (post(JSON + b"Transfer-Encoding: CHUNKED\r\n", b"0\r\n\r\n"), 411),
    "chunked GET": (get(headers=b"Transfer-Encoding: chunked\r\n"), 411),
    "gzip, chunked": (post(JSON + b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n"), 501),
    "a coding that is no coding": (post(JSON + b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"), 501),
    "chunked and a length": (post(JSON + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", b"{}"), 400),
    "a length and chunked, of a GET": (get(headers=b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n") + b"{}", 400),
    "two lengths": (post(JSON + b"Content-Length: 2\r\nContent-Length: 3\r\n", b"{}"), 400),
    "the same length twice": (post(JSON + b"Content-Length: 2\r\nContent-Length: 2\r\n", b"{}"), 400),
    "length abc": (post(JSON + b"Content-Length: abc\r\n"), 400),
    "length -1": (post(JSON + b"Content-Length: -1\r\n"), 400),
    "length +5": (post(JSON + b"Content-Length: +5\r\n"), 400),
    "length 0x5": (post(JSON + b"Content-Length: 0x5\r\n"), 400),
    "length 1e1": (post(JSON + b"Content-Length: 1e1\r\n"), 400),
    "empty length": (post(JSON + b"Content-Length: \r\n"), 400),
    "length list": (post(JSON + b"Content-Length: 2, 2\r\n", b"{}"), 400),
    "length 200 MB": (post(JSON + b"Content-Length: 200000000\r\n"), 413),
    "length of 30 digits": (post(JSON + b"Content-Length: " + b"9" * 30 + b"\r\n"), 413),
    "length 2^64 + 2": (post(JSON + b"Content-Length: 18446744073709551618\r\n", b"{}"), 413),
    "more body than length": (post(JSON + b"Content-Length: 1\r\n", b"{}"), 400),
    "gzip body": (post(JSON + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n", b"\x1f\x8b"), 415),
    "deflate body": (post(JSON + b"Content-Encoding: Deflate\r\nContent-Length: 2\r\n", b"\x78\x9c"), 415),
}

TYPES = {
    "text/plain": (whole(b"{}", b"Content-Type: text/plain\r\n"), 415),
    "no type": (whole(b"{}", b""), 415),
    "a form": (whole(b"a=1", b"Content-Type: application/x-www-form-urlencoded\r\n"), 415),
    "JSON in GBK": (whole(b"{}", b"Content-Type: application/json; charset=gbk\r\n"), 415),
    "a type like JSON": (whole(b"{}", b"Content-Type: application/jsonp\r\n"), 415),
    "a format as a form": (whole(b"{}", b"Content-Type: text/html\r\n", path=b"/v1/format"), 415),
}

BODIES = {
    "empty": (whole(b""), 400),
    "100,000 brackets": (whole(b"[" * 100000), 400),
    "100,000 nested objects": (whole(b'{"a":' * 100000), 400),
    "100,000 brackets in a fact": (fact(b"[" * 100000 + b"]" * 100000), 400),
    "not UTF-8": (whole(b'{"\xb0\xa1":1}'), 400),
    "not UTF-8 in a string": (whole(b'{"period": "2024Q3", "subjects": [{"id": "\xff\xfe"}]}'), 400),
    "overlong UTF-8": (whole(b'{"period": "\xc0\xaf"}'), 400),
    "UTF-16": (whole('{"period": "2024Q3"}'.encode("utf-16")), 400),
    "byte order mark": (whole(b"\xef\xbb\xbf[]"), 400),
    "lone surrogate": (whole(b'{"period": "\\ud800"}'), 400),
    "raw control character in a string": (whole(b'{"period": "2024\x01Q3"}'), 400),
    "duplicate key": (whole(b'{"period": "2024Q3", "period": "2024Q2", "subjects": []}'), 400),
    "duplicate key, escaped once": (whole(b'{"period": "2024Q3", "peri\\u006fd": "2024Q2", "subjects": []}'), 400),
    "duplicate key in a subject": (whole(b'{"period": "2024Q3", "subjects": [{"id": "a", "id": "b"}]}'), 400),
    "duplicate subject": (whole(b'{"period": "2024Q3", "subjects": [{"id": "a"}, {"id": "a"}]}'), 400),
    "unknown key": (whole(b'{"period": "2024Q3", "subjects": [], "x": 1}'), 400),
    "truncated": (whole(b'{"period": "2024Q3", "subj'), 400),
    "two values": (whole(b"{} {}"), 400),
    "NaN": (whole(b'{"period": NaN}'), 400),
    "a comma too many": (whole(b'{"period": "2024Q3", "subjects": [],}'), 400),
    "a comment": (whole(b'{"period": "2024Q3" /* x */}'), 400),
    "a list": (whole(b"[]"), 400),
    "a number of 100,000 digits as a period": (whole(b'{"period": ' + b"9" * 100000 + b"}"), 400),
    "a huge exponent as the subjects": (whole(b'{"period": "2024Q3", "subjects": 1e999999999}'), 400),
    "a fact with a huge exponent": (fact(b"1e999999999"), 400),
    "a fact with a hugely negative exponent": (fact(b"1e-999999999"), 422),
    "a fact of 100,000 digits": (fact(b"9" * 100000), 400),
    "a fact of 100,000 decimals": (fact(b"0." + b"3" * 100000), 422),
    "a fact as a text with a huge exponent": (fact(b'"1e999999999"'), 422),
    "a fact as a text of digits without end": (fact(b'"' + b"1" * 100000 + b'"'), 422),
    "a fact that is true": (fact(b"true"), 422),
    "a fact with leading zeros": (fact(b"007"), 400),
    "a fact that is Infinity": (fact(b"Infinity"), 400),
    "a period that there is not": (whole(b'{"period": "2024Q5", "subjects": []}'), 400),
    "a period that is not settled": (whole(b'{"period": "2024-08", "subjects": []}'), 422),
    "a period before the policy": (whole(b'{"period": "1999Q1", "subjects": []}'), 409),
    "a policy that there is not": (whole(b'{"period": "2024Q3", "policy": "../plates", "subjects": []}'), 404),
    "lines without a period": (whole(b"{}", LINES), 400),
    "a line that is none": (whole(b'{"id": "a"}\n{"id"\n', LINES, PATH + b"?period=2024Q3"), 400),
    "lines to JSON's query": (whole(b"{}", JSON, PATH + b"?period=2024Q3"), 400),
}

WHO = {
    "no key": (whole(b"{}", key=""), 401),
    "an empty key": (get(b"/v1/districts", b"Authorization: Bearer \r\n", ""), 401),
    "another scheme": (get(b"/v1/districts", b"Authorization: Basic YTpi\r\n", ""), 401),
    "no scheme": (get(b"/v1/districts", b"Authorization: @evaluator@\r\n", ""), 401),
    "a key with a letter too many": (get(b"/v1/districts", b"Authorization: Bearer @evaluator@x\r\n", ""), 401),
    "an id without its secret": (get(b"/v1/districts", b"Authorization: Bearer @evaluator id@_\r\n", ""), 401),
    "an id with another's secret": (get(b"/v1/districts", b"Authorization: Bearer @evaluator id@_@viewer secret@\r\n", ""), 401),
    "a key of 10,000 characters": (get(b"/v1/districts", b"Authorization: Bearer heng_" + b"a" * 10000 + b"\r\n", ""), 401),
    "a key that is not ASCII": (get(b"/v1/districts", "Authorization: Bearer heng_衡_衡\r\n".encode(), ""), 401),
    "a key in the query": (get(b"/v1/districts?key=@evaluator@", key=""), 401),
    "a revoked key": (whole(b"{}", key="revoked"), 401),
    "an expired key": (whole(b"{}", key="expired"), 401),
    "a viewer who evaluates": (whole(b"{}", key="viewer"), 403),
    "an auditor who evaluates": (whole(b"{}", key="auditor"), 403),
    "an evaluator who audits": (get(DISTRICT + b"/decisions"), 403),
    "a viewer who replays": (whole(b"{}", path=DISTRICT + b"/decisions/@decision@/replay", key="viewer"), 403),
    "the admin of another district who evaluates": (whole(b"{}", key="stranger"), 403),
    "the admin of another district who reads": (get(DISTRICT + b"/policies/plates/versions/2024.1/source", key="stranger"), 403),
    "the admin of another district who audits": (get(DISTRICT + b"/decisions/@decision@", key="stranger"), 403),
    "a district that there is not": (get(b"/v1/districts/nowhere", key="stranger"), 403),
    "a district in other letters": (get(b"/v1/districts/SHILIUZHUANG"), 403),
    "another district's decision under one's own": (get(OTHER + b"/decisions/@decision@", key="stranger"), 404),
    "a replay of another district's decision": (whole(b"{}", path=OTHER + b"/decisions/@decision@/replay", key="stranger"), 404),
}

TABLES = {"start line": START_LINES, "path": PATHS, "header": HEADERS, "length": LENGTHS, "type": TYPES, "body": BODIES, "who": WHO}


# What never becomes a whole request within its time: what is sent at once, what is sent again and again, and what is said at the end.
SLOW = {
    "empty lines that drip": (b"", b"\r\n", b"HTTP/1.1 400 "),
    "half a head": (b"GET /livez HTTP/1.1\r\nHo", b"", b"HTTP/1.1 408 "),
    "a head that drips": (b"GET /livez HTTP/1.1\r\nX: ", b"a", b"HTTP/1.1 408 "),
    "headers that drip": (b"GET /livez HTTP/1.1\r\nHost: a\r\n", b"X: a\r\n", b"HTTP/1.1 408 "),
    "no body": (post(JSON + b"Content-Length: 100\r\n"), b"", b"HTTP/1.1 408 "),
    "half a body": (post(JSON + b"Content-Length: 100\r\n", b"{"), b"", b"HTTP/1.1 408 "),
    "a body that drips": (post(JSON + b"Content-Length: 1000000\r\n", b"{"), b" ", b"HTTP/1.1 408 "),
    "a body that drips behind an answered request": (get(headers=b"") + post(JSON + b"Content-Length: 1000000\r\n"), b" ", b"HTTP/1.1 200 "),
}
