#include <sqlite3.h>

// Swift does not import functions with variable arguments.
static inline void gatepost_sqlite_count_no_memory(void) { (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
