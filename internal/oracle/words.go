package oracle

import "strings"

// What the portal promises of CAST and of dates no engine has a word for: each
// has errors, or a meaning of its own, where the portal has NULL. So the
// judge's databases are given functions that mean what docs/sql.md says:
//
//	judge_int(text), judge_dec(text), judge_day(text)  what a text is, if it is one
//	judge_whole(number, bits)                          rounded, if so many bits hold it
//	judge_size(number, digits, decimals)               rounded, if so many digits hold it
//	judge_word(truth)                                  'true' or 'false'
//	judge_move(moment, unit, n)                        n units later, in the years 1 to 9999
//	judge_trunc(moment, unit)                          the first moment of the unit
//	judge_diff(moment, moment, unit)                   borders of the unit from one to the other
//	judge_last(moment)                                 the last day of its month
//
// SQLite has them in Go (words_sqlite.go), and besides judge_digits(number,
// decimals), which writes a decimal out, and judge_mean(number), which cuts it
// off after six decimals, as T-SQL's mean of decimals is.

// words make the functions in the schema that a connection works in.
func (d dialect) words() []string {
	switch {
	case d.postgres:
		return split(postgresWords)
	case d.mariadb:
		return split(mariadbWords)
	}
	return nil
}

func split(script string) []string { return strings.Split(strings.TrimSpace(script), "\n\n") }

const postgresWords = `
CREATE FUNCTION judge_dec(x text) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE t text := btrim(x, ' '); d text := ltrim(t, '+-');
BEGIN
	IF t !~ '^[-+]?[0-9]+([.][0-9]+)?$' OR length(split_part(d, '.', 1)) > 18 OR length(split_part(d, '.', 2)) > 19 THEN RETURN NULL; END IF;
	RETURN CAST(t AS numeric);
END $$

CREATE FUNCTION judge_int(x text) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF position('.' IN x) > 0 THEN RETURN NULL; END IF;
	RETURN CAST(judge_dec(x) AS bigint);
END $$

CREATE FUNCTION judge_day(x text) RETURNS date LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF x !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN RETURN NULL; END IF;
	RETURN make_date(CAST(left(x, 4) AS int), CAST(substr(x, 6, 2) AS int), CAST(right(x, 2) AS int));
EXCEPTION WHEN others THEN RETURN NULL;
END $$

CREATE FUNCTION judge_whole(x numeric, bits int) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
SELECT CASE WHEN round(x) >= -(2::numeric ^ (bits - 1)) AND round(x) < 2::numeric ^ (bits - 1) THEN CAST(round(x) AS bigint) END $$

CREATE FUNCTION judge_size(x numeric, digits int, decimals int) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
SELECT CASE WHEN abs(round(x, decimals)) < 10::numeric ^ (digits - decimals) THEN round(x, decimals) END $$

CREATE FUNCTION judge_word(x boolean) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT CASE x WHEN true THEN 'true' WHEN false THEN 'false' END $$

CREATE FUNCTION judge_move(x timestamp, unit text, n int) RETURNS timestamp LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE t timestamp := x + CASE unit WHEN 'quarter' THEN make_interval(months => 3 * n) WHEN 'year' THEN make_interval(years => n)
	WHEN 'month' THEN make_interval(months => n) WHEN 'week' THEN make_interval(weeks => n) WHEN 'day' THEN make_interval(days => n)
	WHEN 'hour' THEN make_interval(hours => n) WHEN 'minute' THEN make_interval(mins => n) ELSE make_interval(secs => n) END;
BEGIN
	IF t >= '0001-01-01' AND t < '10000-01-01' THEN RETURN t; END IF;
	RETURN NULL;
END $$

CREATE FUNCTION judge_trunc(x timestamp, unit text) RETURNS timestamp LANGUAGE sql IMMUTABLE AS $$
SELECT date_trunc(unit, x) $$

CREATE FUNCTION judge_diff(a timestamp, b timestamp, unit text) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	s bigint := extract(epoch FROM date_trunc(unit, b)) - extract(epoch FROM date_trunc(unit, a));
	y bigint := extract(year FROM b) - extract(year FROM a);
BEGIN
	RETURN CASE unit WHEN 'year' THEN y WHEN 'quarter' THEN 4 * y + extract(quarter FROM b) - extract(quarter FROM a)
		WHEN 'month' THEN 12 * y + extract(month FROM b) - extract(month FROM a)
		WHEN 'week' THEN s / 604800 WHEN 'day' THEN s / 86400 WHEN 'hour' THEN s / 3600 WHEN 'minute' THEN s / 60 ELSE s END;
END $$

CREATE FUNCTION judge_last(x timestamp) RETURNS date LANGUAGE sql IMMUTABLE AS $$
SELECT CAST(date_trunc('month', x) + make_interval(months => 1) AS date) - 1 $$
`

// MariaDB keeps with a function how strict the session was that made it; texts
// are told apart by their bytes.
const mariadbWords = `
CREATE FUNCTION judge_dec(x TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin) RETURNS DECIMAL(37, 19) DETERMINISTIC NO SQL
BEGIN
	DECLARE t, d, i, f TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
	SET t = TRIM(BOTH ' ' FROM x);
	SET d = IF(LEFT(t, 1) IN ('+', '-'), SUBSTRING(t, 2), t);
	SET i = SUBSTRING_INDEX(d, '.', 1), f = SUBSTRING(d, CHAR_LENGTH(SUBSTRING_INDEX(d, '.', 1)) + 2);
	IF i REGEXP '[^0-9]' OR f REGEXP '[^0-9]' OR d LIKE '%.' OR CHAR_LENGTH(i) NOT BETWEEN 1 AND 18 OR CHAR_LENGTH(f) > 19 THEN RETURN NULL; END IF;
	RETURN CAST(t AS DECIMAL(37, 19));
END

CREATE FUNCTION judge_int(x TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin) RETURNS BIGINT DETERMINISTIC NO SQL
RETURN IF(LOCATE('.', x) > 0, NULL, CAST(judge_dec(x) AS SIGNED))

CREATE FUNCTION judge_day(x TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin) RETURNS DATE DETERMINISTIC NO SQL
BEGIN
	DECLARE y, m, d INT;
	IF x IS NULL OR CHAR_LENGTH(x) <> 10 OR x NOT REGEXP '^[0-9]{4}-[0-9]{2}-[0-9]{2}' THEN RETURN NULL; END IF;
	SET y = CAST(LEFT(x, 4) AS SIGNED), m = CAST(SUBSTRING(x, 6, 2) AS SIGNED), d = CAST(RIGHT(x, 2) AS SIGNED);
	IF y < 1 OR m NOT BETWEEN 1 AND 12 OR d < 1 OR d > DAY(LAST_DAY(MAKEDATE(y, 1) + INTERVAL m - 1 MONTH)) THEN RETURN NULL; END IF;
	RETURN MAKEDATE(y, 1) + INTERVAL m - 1 MONTH + INTERVAL d - 1 DAY;
END

CREATE FUNCTION judge_whole(x DECIMAL(65, 30), bits INT) RETURNS BIGINT DETERMINISTIC NO SQL
RETURN IF(ROUND(x) >= -CAST(CASE bits WHEN 16 THEN '32768' WHEN 32 THEN '2147483648' ELSE '9223372036854775808' END AS DECIMAL(20))
	AND ROUND(x) < CAST(CASE bits WHEN 16 THEN '32768' WHEN 32 THEN '2147483648' ELSE '9223372036854775808' END AS DECIMAL(20)), CAST(ROUND(x) AS SIGNED), NULL)

CREATE FUNCTION judge_size(x DECIMAL(65, 30), digits INT, decimals INT) RETURNS DECIMAL(65, 30) DETERMINISTIC NO SQL
RETURN IF(ABS(ROUND(x, decimals)) < CAST(RPAD('1', digits - decimals + 1, '0') AS DECIMAL(65, 0)), ROUND(x, decimals), NULL)

CREATE FUNCTION judge_word(x INT) RETURNS VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin DETERMINISTIC NO SQL
RETURN CASE WHEN x IS NULL THEN NULL WHEN x = 0 THEN 'false' ELSE 'true' END

CREATE FUNCTION judge_move(x DATETIME, unit VARCHAR(10), n INT) RETURNS DATETIME DETERMINISTIC NO SQL
BEGIN
	DECLARE t DATETIME;
	SET t = CASE unit WHEN 'year' THEN x + INTERVAL n YEAR WHEN 'quarter' THEN x + INTERVAL n QUARTER WHEN 'month' THEN x + INTERVAL n MONTH
		WHEN 'week' THEN x + INTERVAL n WEEK WHEN 'day' THEN x + INTERVAL n DAY WHEN 'hour' THEN x + INTERVAL n HOUR
		WHEN 'minute' THEN x + INTERVAL n MINUTE ELSE x + INTERVAL n SECOND END;
	RETURN IF(YEAR(t) BETWEEN 1 AND 9999, t, NULL);
END

CREATE FUNCTION judge_trunc(x DATETIME, unit VARCHAR(10)) RETURNS DATETIME DETERMINISTIC NO SQL
RETURN CASE unit WHEN 'year' THEN MAKEDATE(YEAR(x), 1) WHEN 'quarter' THEN MAKEDATE(YEAR(x), 1) + INTERVAL QUARTER(x) - 1 QUARTER
	WHEN 'month' THEN DATE(x) - INTERVAL DAY(x) - 1 DAY WHEN 'week' THEN DATE(x) - INTERVAL WEEKDAY(x) DAY WHEN 'day' THEN DATE(x)
	WHEN 'hour' THEN x - INTERVAL MINUTE(x) * 60 + SECOND(x) SECOND WHEN 'minute' THEN x - INTERVAL SECOND(x) SECOND ELSE x END

CREATE FUNCTION judge_diff(a DATETIME, b DATETIME, unit VARCHAR(10)) RETURNS BIGINT DETERMINISTIC NO SQL
BEGIN
	SET a = judge_trunc(a, unit), b = judge_trunc(b, unit);
	RETURN CASE unit WHEN 'year' THEN YEAR(b) - YEAR(a) WHEN 'quarter' THEN TIMESTAMPDIFF(QUARTER, a, b) WHEN 'month' THEN TIMESTAMPDIFF(MONTH, a, b)
		WHEN 'week' THEN TIMESTAMPDIFF(WEEK, a, b) WHEN 'day' THEN TIMESTAMPDIFF(DAY, a, b) WHEN 'hour' THEN TIMESTAMPDIFF(HOUR, a, b)
		WHEN 'minute' THEN TIMESTAMPDIFF(MINUTE, a, b) ELSE TIMESTAMPDIFF(SECOND, a, b) END;
END

CREATE FUNCTION judge_last(x DATETIME) RETURNS DATE DETERMINISTIC NO SQL
RETURN LAST_DAY(x)
`
