package sqltoken

// Keyword identifies a word that means something to the grammar.
type Keyword uint8

// NoKeyword is the Keyword of every other word.
const NoKeyword Keyword = 0

// The reserved words. Unquoted they are never a name or an alias, anywhere:
// one list, whatever the engine. They are the words that can follow or start
// an expression, a table or a clause, and the statements that must not pass
// for an alias ("SELECT 1 DROP …").
const (
	ALL Keyword = iota + 1
	ALTER
	AND
	ANY
	AS
	ASC
	BETWEEN
	BOTH
	BY
	CASE
	COLLATE
	CREATE
	CROSS
	CURRENT_DATE
	CURRENT_TIME
	CURRENT_TIMESTAMP
	DECLARE
	DELETE
	DESC
	DISTINCT
	DIV
	DROP
	ELSE
	END
	ESCAPE
	EXCEPT
	EXEC
	EXECUTE
	EXISTS
	FALSE
	FETCH
	FOR
	FROM
	FULL
	GRANT
	GROUP
	HAVING
	ILIKE
	IN
	INNER
	INSERT
	INTERSECT
	INTERVAL
	INTO
	IS
	JOIN
	LATERAL
	LEADING
	LEFT
	LIKE
	LIMIT
	MERGE
	NATURAL
	NOT
	NULL
	OFFSET
	ON
	OPTION
	OR
	ORDER
	OUTER
	OVER
	PIVOT
	REGEXP
	REVOKE
	RIGHT
	RLIKE
	SELECT
	SOME
	STRAIGHT_JOIN
	TABLE
	TABLESAMPLE
	THEN
	TOP
	TRAILING
	TRUE
	UNION
	UNPIVOT
	UPDATE
	USING
	VALUES
	WHEN
	WHERE
	WINDOW
	WITH
	XOR

	lastReserved = XOR
)

// The words that mean something in one place only and are names elsewhere.
const (
	APPLY Keyword = iota + lastReserved + 1
	CAST
	CONVERT
	CURRENT
	DATE
	DATEPART
	EXTRACT
	FILTER
	FIRST
	FOLLOWING
	GROUPS
	LAST
	NEXT
	NULLS
	ONLY
	PARTITION
	PERCENT
	POSITION
	PRECEDING
	RANGE
	RECURSIVE
	ROW
	ROWS
	SEPARATOR
	SUBSTRING
	TIME
	TIMESTAMP
	TRIM
	TRY_CAST
	TRY_CONVERT
	UNBOUNDED
	UNKNOWN
	WITHIN
)

// keywordNames is indexed by Keyword; keyword_test.go checks that none is missing.
var keywordNames = [...]string{
	ALL: "ALL", ALTER: "ALTER", AND: "AND", ANY: "ANY", AS: "AS", ASC: "ASC", BETWEEN: "BETWEEN",
	BOTH: "BOTH", BY: "BY", CASE: "CASE", COLLATE: "COLLATE", CREATE: "CREATE", CROSS: "CROSS",
	CURRENT_DATE: "CURRENT_DATE", CURRENT_TIME: "CURRENT_TIME", CURRENT_TIMESTAMP: "CURRENT_TIMESTAMP",
	DECLARE: "DECLARE", DELETE: "DELETE", DESC: "DESC", DISTINCT: "DISTINCT", DIV: "DIV", DROP: "DROP",
	ELSE: "ELSE", END: "END", ESCAPE: "ESCAPE", EXCEPT: "EXCEPT", EXEC: "EXEC", EXECUTE: "EXECUTE",
	EXISTS: "EXISTS", FALSE: "FALSE", FETCH: "FETCH", FOR: "FOR", FROM: "FROM", FULL: "FULL",
	GRANT: "GRANT", GROUP: "GROUP", HAVING: "HAVING", ILIKE: "ILIKE", IN: "IN", INNER: "INNER",
	INSERT: "INSERT", INTERSECT: "INTERSECT", INTERVAL: "INTERVAL", INTO: "INTO", IS: "IS", JOIN: "JOIN",
	LATERAL: "LATERAL", LEADING: "LEADING", LEFT: "LEFT", LIKE: "LIKE", LIMIT: "LIMIT", MERGE: "MERGE",
	NATURAL: "NATURAL", NOT: "NOT", NULL: "NULL", OFFSET: "OFFSET", ON: "ON", OPTION: "OPTION", OR: "OR",
	ORDER: "ORDER", OUTER: "OUTER", OVER: "OVER", PIVOT: "PIVOT", REGEXP: "REGEXP", REVOKE: "REVOKE",
	RIGHT: "RIGHT", RLIKE: "RLIKE", SELECT: "SELECT", SOME: "SOME", STRAIGHT_JOIN: "STRAIGHT_JOIN",
	TABLE: "TABLE", TABLESAMPLE: "TABLESAMPLE", THEN: "THEN", TOP: "TOP", TRAILING: "TRAILING",
	TRUE: "TRUE", UNION: "UNION", UNPIVOT: "UNPIVOT", UPDATE: "UPDATE", USING: "USING",
	VALUES: "VALUES", WHEN: "WHEN", WHERE: "WHERE", WINDOW: "WINDOW", WITH: "WITH", XOR: "XOR",

	APPLY: "APPLY", CAST: "CAST", CONVERT: "CONVERT", CURRENT: "CURRENT", DATE: "DATE",
	DATEPART: "DATEPART", EXTRACT: "EXTRACT", FILTER: "FILTER", FIRST: "FIRST", FOLLOWING: "FOLLOWING",
	GROUPS: "GROUPS", LAST: "LAST", NEXT: "NEXT", NULLS: "NULLS", ONLY: "ONLY", PARTITION: "PARTITION",
	PERCENT: "PERCENT", POSITION: "POSITION", PRECEDING: "PRECEDING", RANGE: "RANGE",
	RECURSIVE: "RECURSIVE", ROW: "ROW", ROWS: "ROWS", SEPARATOR: "SEPARATOR", SUBSTRING: "SUBSTRING",
	TIME: "TIME", TIMESTAMP: "TIMESTAMP", TRIM: "TRIM", TRY_CAST: "TRY_CAST",
	TRY_CONVERT: "TRY_CONVERT", UNBOUNDED: "UNBOUNDED", UNKNOWN: "UNKNOWN", WITHIN: "WITHIN",
}

// keywordsByLetter lists the keywords by their first letter; it is never written
// to. Few words share a letter and a length, so a search compares once or twice.
var keywordsByLetter = indexKeywords()

func indexKeywords() [26][]Keyword {
	var index [26][]Keyword
	for k, name := range keywordNames {
		if name != "" {
			index[name[0]-'A'] = append(index[name[0]-'A'], Keyword(k))
		}
	}
	return index
}

// String is the keyword in upper case, "" for NoKeyword.
func (k Keyword) String() string {
	if int(k) < len(keywordNames) {
		return keywordNames[k]
	}
	return ""
}

// Reserved reports whether the word must be quoted to be a name.
func (k Keyword) Reserved() bool { return NoKeyword < k && k <= lastReserved }

// Callable reports whether a reserved word is a function's name when a
// parenthesis follows: LEFT(name, 3), CURRENT_TIMESTAMP(6).
func (k Keyword) Callable() bool {
	switch k {
	case LEFT, RIGHT, CURRENT_DATE, CURRENT_TIME, CURRENT_TIMESTAMP:
		return true
	}
	return false
}

// Lookup is the Keyword of a word, whatever the case of its ASCII letters.
func Lookup(word string) Keyword {
	if word == "" {
		return NoKeyword
	}
	letter := upperByte(word[0])
	if letter < 'A' || 'Z' < letter {
		return NoKeyword
	}
	for _, k := range keywordsByLetter[letter-'A'] {
		if name := keywordNames[k]; len(name) == len(word) && foldsTo(word, name) {
			return k
		}
	}
	return NoKeyword
}

// foldsTo reports whether word is upper, of the same length, in any case.
func foldsTo(word, upper string) bool {
	for i := 0; i < len(word); i++ {
		if upperByte(word[i]) != upper[i] {
			return false
		}
	}
	return true
}

// PlainName reports whether the name can be written without quotes.
func PlainName(name string) bool {
	size := wordSize(name)
	return size > 0 && size == len(name) && !Lookup(name).Reserved()
}
