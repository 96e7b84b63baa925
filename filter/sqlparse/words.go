package sqlparse

import "github.com/vantelle/vantelle/filter/sqltoken"

// The lists of this file shape messages only. Nothing is allowed by them: a
// word is refused because the grammar has no rule for it where it stands.

// isStatement reports whether the word starts a statement of some engine that
// is not a query.
func isStatement(word string) bool {
	switch sqltoken.Upper(word) {
	case "INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "UPSERT", "TRUNCATE", "BULK", "COPY", "LOAD", "IMPORT",
		"CREATE", "ALTER", "DROP", "RENAME", "COMMENT", "REINDEX", "VACUUM", "ANALYZE", "OPTIMIZE", "REFRESH", "CLUSTER",
		"EXEC", "EXECUTE", "CALL", "DO", "PREPARE", "DEALLOCATE", "HANDLER", "OPEN", "CLOSE", "MOVE",
		"GRANT", "REVOKE", "DENY", "SET", "RESET", "USE", "DECLARE", "IF", "WHILE", "GOTO", "PRINT", "RAISERROR", "THROW",
		"BEGIN", "START", "COMMIT", "ROLLBACK", "SAVE", "SAVEPOINT", "RELEASE", "ABORT", "LOCK", "UNLOCK",
		"SHOW", "DESCRIBE", "EXPLAIN", "PRAGMA", "ATTACH", "DETACH", "HELP", "CHECKPOINT", "DISCARD",
		"BACKUP", "RESTORE", "DBCC", "KILL", "SHUTDOWN", "RECONFIGURE", "WAITFOR", "FLUSH", "INSTALL", "UNINSTALL",
		"LISTEN", "UNLISTEN", "NOTIFY", "SECURITY", "REASSIGN", "SIGNAL", "RESIGNAL", "XA", "GO":
		return true
	}
	return false
}

// notOffered says what a word stands for that some engine would read where the
// grammar does not, "" for a word without such a meaning.
func notOffered(word string) string {
	switch upper := sqltoken.Upper(word); upper {
	case "INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "ALTER", "DROP", "GRANT", "REVOKE", "EXEC", "EXECUTE", "DECLARE":
		return "the statement " + upper
	case "REGEXP", "RLIKE", "GLOB", "MATCH", "SIMILAR", "SOUNDS", "DIV", "XOR":
		return "the operator " + upper
	case "INTO":
		return "SELECT … INTO"
	case "FOR":
		return "FOR (UPDATE, SHARE, XML, JSON, SYSTEM_TIME)"
	case "OPTION":
		return "OPTION (query hints)"
	case "WINDOW":
		return "WINDOW (named windows)"
	case "IGNORE", "RESPECT":
		return upper + " NULLS"
	case "SEARCH", "CYCLE":
		return upper + " in a recursive query"
	case "PIVOT", "UNPIVOT", "TABLESAMPLE", "STRAIGHT_JOIN", "COLLATE", "INTERVAL", "VALUES", "TABLE", "LOCK",
		"PROCEDURE", "RETURNING", "OUTPUT", "QUALIFY", "EXCLUDE", "MATERIALIZED", "CORRESPONDING":
		return upper
	}
	return ""
}
