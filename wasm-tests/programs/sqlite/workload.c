// Uses an SQLite database as an application does, for as many rows as argv[2] says, in the directory argv[1]. All that
// it prints is the same on every system, down to the hashes of the database files. Lines that begin with `@host` mark
// the moments at which SQLite has unlinked temporary files open.
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "sqlite3.h"

// The VFS that WASI has by default: its locks are directories beside the database.
#define VFS "unix-dotfile"

static sqlite3 *db;
static const char *base;
static int rows;

static void fail(const char *what) {
  printf("FAILED %s: %s\n", what, sqlite3_errmsg(db));
  exit(1);
}

static char *path(const char *name) {
  static char text[2][512];
  static int turn;
  turn ^= 1;
  snprintf(text[turn], sizeof text[turn], "%s/%s", base, name);
  return text[turn];
}

static sqlite3 *open_db(const char *name) {
  sqlite3 *opened;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  if (sqlite3_open_v2(path(name), &opened, flags, VFS) != SQLITE_OK) fail(name);
  return opened;
}

// Runs SQL with printf's %d for numbers only; any error ends the program.
static void run(const char *format, ...) {
  char sql[1024];
  va_list args;
  va_start(args, format);
  vsnprintf(sql, sizeof sql, format, args);
  va_end(args);
  if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) fail(sql);
}

// Runs SQL that must fail, and prints why it did.
static void run_wrong(const char *sql) {
  if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK) printf("NOT REFUSED: %s\n", sql);
  else printf("refused: %s\n", sqlite3_errmsg(db));
}

static sqlite3_stmt *prepare(const char *sql) {
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) fail(sql);
  return statement;
}

static uint64_t hash(uint64_t h, const unsigned char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) h = (h ^ bytes[i]) * 0x100000001b3;
  return h;
}

#define HASH_START 0xcbf29ce484222325

// Prints the rows of a query.
static void show(const char *sql) {
  sqlite3_stmt *statement = prepare(sql);
  printf("%s", sql);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    for (int i = 0; i < sqlite3_column_count(statement); i++)
      printf("%s%s", i ? "|" : " -> ", (const char *)sqlite3_column_text(statement, i));
  }
  printf("\n");
  if (sqlite3_finalize(statement) != SQLITE_OK) fail(sql);
}

// Prints how many rows a query gives, and their hash. `mark`, unless NULL, is printed for the host after the first row.
static void sum_of(const char *sql, const char *mark) {
  sqlite3_stmt *statement = prepare(sql);
  uint64_t h = HASH_START;
  int count = 0;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
      const unsigned char *text = sqlite3_column_text(statement, i);
      h = hash(h, text, sqlite3_column_bytes(statement, i) + 1);
    }
    if (count++ == 0 && mark) {
      printf("@host %s\n", mark);
      fflush(stdout);
    }
  }
  if (sqlite3_finalize(statement) != SQLITE_OK) fail(sql);
  printf("%d rows, hash %016" PRIx64 "\n", count, h);
}

static void all_rows(void) { sum_of("SELECT * FROM item ORDER BY id", NULL); }

static void size_of(const char *name) {
  struct stat st;
  if (stat(path(name), &st)) printf("%s: none\n", name);
  else printf("%s: %lld bytes\n", name, (long long)st.st_size);
}

static void hash_of(const char *name) {
  static unsigned char buffer[65536];
  uint64_t h = HASH_START;
  FILE *file = fopen(path(name), "rb");
  if (!file) fail(name);
  for (size_t got; (got = fread(buffer, 1, sizeof buffer, file)) > 0;) h = hash(h, buffer, got);
  fclose(file);
  size_of(name);
  printf("%s: hash %016" PRIx64 "\n", name, h);
}

static void copy(const char *from, const char *to) {
  static unsigned char buffer[65536];
  FILE *in = fopen(path(from), "rb"), *out = fopen(path(to), "wb");
  if (!in || !out) fail(from);
  for (size_t got; (got = fread(buffer, 1, sizeof buffer, in)) > 0;)
    if (fwrite(buffer, 1, got, out) != got) fail(to);
  fclose(in);
  if (fclose(out)) fail(to);
}

static void fill(void) {
  // Pages must go to the file before a transaction ends, and its journal with them.
  run("PRAGMA cache_size = 40; PRAGMA temp_store = FILE; PRAGMA synchronous = FULL; PRAGMA page_size = 1024");
  run("CREATE TABLE item (id INTEGER PRIMARY KEY, k INT, name TEXT, data BLOB); CREATE INDEX item_k ON item (k)");
  run("BEGIN");
  sqlite3_stmt *insert = prepare("INSERT INTO item VALUES (?1, ?1 * 7919 % 10007, printf('item %06d', ?1), ?2)");
  for (int i = 1; i <= rows; i++) {
    unsigned char data[64];
    for (int j = 0; j < 64; j++) data[j] = (unsigned char)(i * 31 + j);
    sqlite3_bind_int(insert, 1, i);
    sqlite3_bind_blob(insert, 2, data, i % 64 + 1, SQLITE_STATIC);
    if (sqlite3_step(insert) != SQLITE_DONE) fail("insert");
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  run("COMMIT");
  run("CREATE UNIQUE INDEX item_name ON item (name)");
  all_rows();
}

// Transactions, one after another rolled back, partly rolled back and committed.
static void transactions(const char *mode) {
  printf("-- journal_mode %s\n", mode);
  sqlite3_stmt *set = prepare(sqlite3_mprintf("PRAGMA journal_mode = %s", mode));
  sqlite3_step(set);
  printf("journal_mode is %s\n", (const char *)sqlite3_column_text(set, 0));
  sqlite3_finalize(set);
  run("BEGIN; UPDATE item SET k = k + 1, name = name || '!'; DELETE FROM item WHERE id %% 7 = 0");
  size_of("main.db-journal");
  run("ROLLBACK");
  all_rows();
  run("BEGIN; UPDATE item SET k = k + 2 WHERE id %% 3 = 0; SAVEPOINT part");
  run("DELETE FROM item WHERE id %% 2 = 0; UPDATE item SET data = zeroblob(300)");
  run("ROLLBACK TO part; UPDATE item SET k = k + 5 WHERE id %% 5 = 0; RELEASE part; COMMIT");
  all_rows();
  for (int i = 0; i < 50; i++) run("UPDATE item SET k = k + 1 WHERE id = %d", i * 13 + 1);
  size_of("main.db-journal");
  show("PRAGMA integrity_check");
}

// A statement that fails halfway is undone from the statement journal, which is a temporary file.
static void statement_journal(void) {
  printf("-- statement journal\n");
  run("BEGIN; UPDATE item SET k = -k WHERE id <= 100");
  run_wrong("UPDATE item SET name = CASE WHEN id = (SELECT max(id) FROM item) THEN 'x2' ELSE 'x' || id END");
  run_wrong("INSERT INTO item SELECT id + 1000000, k, name || CASE WHEN id % 999 = 0 THEN '' ELSE '+' END, data FROM item"
            " UNION ALL SELECT 5000000, 1, 'item 000001', NULL");
  printf("@host statement\n");
  fflush(stdout);
  run("COMMIT");
  all_rows();
}

static void temporary_tables(void) {
  printf("-- temporary tables\n");
  run("CREATE TEMP TABLE work AS SELECT id, name, data FROM item; CREATE INDEX temp.work_name ON work (name, data)");
  run("PRAGMA temp.cache_size = 10; UPDATE work SET name = name || '/' || id");
  printf("@host table\n");
  fflush(stdout);
  sum_of("SELECT * FROM work ORDER BY name DESC", NULL);
  sum_of("SELECT data, id FROM item ORDER BY data, k DESC", "sort");
  sum_of("SELECT DISTINCT substr(name, -3), count(*) FROM item GROUP BY 1 ORDER BY 2, 1", NULL);
  run("DROP TABLE work");
}

// The database and its journal as a crash in the middle of a transaction would leave them.
static void crash(void) {
  printf("-- hot journal\n");
  run("PRAGMA journal_mode = DELETE; BEGIN; UPDATE item SET k = 0, name = 'gone ' || id; DELETE FROM item WHERE id > 50");
  copy("main.db", "crash.db");
  copy("main.db-journal", "crash.db-journal");
  run("ROLLBACK");
  sqlite3 *mine = db;
  db = open_db("crash.db");
  all_rows();
  show("PRAGMA integrity_check");
  size_of("crash.db-journal");
  sqlite3_close(db);
  db = mine;
}

// One transaction in two files needs a third that names their journals.
static void two_files(void) {
  printf("-- two files\n");
  run("ATTACH '%s' AS other", path("other.db"));
  run("CREATE TABLE other.copy AS SELECT * FROM item WHERE id %% 4 = 0");
  run("BEGIN; UPDATE other.copy SET k = k + 1; UPDATE item SET k = k + 1 WHERE id %% 4 = 0; ROLLBACK");
  run("BEGIN; UPDATE other.copy SET k = k * 2; UPDATE item SET k = k * 2 WHERE id %% 4 = 0; COMMIT");
  show("SELECT count(*), sum(a.k = b.k) FROM item a JOIN other.copy b USING (id)");
  show("PRAGMA other.integrity_check");
  run("DETACH other");
  hash_of("other.db");
}

static void locks(void) {
  printf("-- locks\n");
  sqlite3 *mine = db;
  run("BEGIN IMMEDIATE");
  size_of("main.db-journal");
  db = open_db("main.db");
  run_wrong("SELECT count(*) FROM item");
  sqlite3_close(db);
  db = mine;
  run("COMMIT");
}

static void backup(void) {
  printf("-- backup\n");
  sqlite3 *target = open_db("backup.db");
  sqlite3_backup *work = sqlite3_backup_init(target, "main", db, "main");
  while (sqlite3_backup_step(work, 20) == SQLITE_OK)
    ;
  if (sqlite3_backup_finish(work) != SQLITE_OK) fail("backup");
  sqlite3_close(target);
  hash_of("backup.db");
}

// The write-ahead log; without shared memory it needs the lock for itself.
static void log_ahead(void) {
  printf("-- write-ahead log\n");
  run("PRAGMA locking_mode = EXCLUSIVE");
  show("PRAGMA journal_mode = WAL");
  for (int i = 0; i < 20; i++) run("UPDATE item SET k = k + 1 WHERE id %% 20 = %d", i);
  size_of("main.db-wal");
  show("PRAGMA wal_checkpoint(TRUNCATE)");
  size_of("main.db-wal");
  show("PRAGMA journal_mode = DELETE");
  run("PRAGMA locking_mode = NORMAL");
  all_rows();
}

static void shrink(void) {
  printf("-- vacuum\n");
  run("DELETE FROM item WHERE id %% 3 <> 0; PRAGMA auto_vacuum = FULL; VACUUM");
  hash_of("main.db");
  run("DELETE FROM item WHERE id %% 2 = 0");
  size_of("main.db");
  run("VACUUM INTO '%s'", path("small.db"));
  hash_of("small.db");
  all_rows();
  show("PRAGMA integrity_check");
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  base = argv[1];
  rows = atoi(argv[2]);
  setenv("SQLITE_TMPDIR", strdup(path("temp")), 1);
  mkdir(path("temp"), 0777);
  sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, 0);
  db = open_db("main.db");
  printf("SQLite %s, %d rows\n", sqlite3_libversion(), rows);
  fill();
  const char *modes[] = {"DELETE", "TRUNCATE", "PERSIST"};
  for (int i = 0; i < 3; i++) transactions(modes[i]);
  statement_journal();
  temporary_tables();
  crash();
  two_files();
  locks();
  backup();
  log_ahead();
  shrink();
  if (sqlite3_close(db) != SQLITE_OK) fail("close");
  hash_of("main.db");
  size_of("main.db-journal");
  size_of("main.db.lock");
  return 0;
}
