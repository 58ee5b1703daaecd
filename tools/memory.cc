// How jemalloc, by which the command allocates, keeps what is free: a second, so that what each commit and each request needs again need
// not come from the system, and no longer, even in a service that has nothing to do.
extern "C" {
// Read by the library before anything is allocated.
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";
}
