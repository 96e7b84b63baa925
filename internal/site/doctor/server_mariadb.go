package doctor

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// mariadbServer is a MariaDB or a MySQL.
type mariadbServer struct{ facts }

func (s mariadbServer) clock(ctx context.Context) (time.Time, error) {
	return utc(ctx, s.facts, "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))")
}

func (s mariadbServer) encryption(ctx context.Context) (encryption, error) {
	var rows []struct {
		Name  string `db:"Variable_name"`
		Value string `db:"Value"`
	}
	if err := s.pool().SelectContext(ctx, &rows, "SHOW SESSION STATUS WHERE Variable_name IN ('Ssl_cipher', 'Ssl_version')"); err != nil {
		return encryption{}, err
	}
	var parts []string
	for _, r := range rows {
		if r.Value != "" {
			parts = append(parts, r.Value)
		}
	}
	slices.Sort(parts)
	e := encryption{TLS: len(parts) > 0, Detail: strings.Join(parts, ", ")}
	if dsn := s.d.DSN.Reveal(); dsn != "" {
		e.Local = strings.Contains(dsn, "@unix(") || loopback(between(dsn, "@tcp(", ":"))
		e.Unchecked = dsnValue(dsn, "tls") == "skip-verify"
	} else {
		e.Local, e.Unchecked = s.d.Socket != "" || loopback(s.d.Host), s.d.TLS == config.Word("skip-verify")
	}
	return e, nil
}

func (s mariadbServer) rights(ctx context.Context) (rights, error) {
	login, err := told[string](ctx, s.facts, "SELECT CURRENT_USER()")
	if err != nil {
		return rights{}, err
	}
	var grants []string
	if err := s.pool().SelectContext(ctx, &grants, "SHOW GRANTS"); err != nil {
		return rights{}, err
	}
	r := rights{Login: login}
	for _, g := range grants {
		if table := writesOf(g); table != "" {
			r.Writable = append(r.Writable, table)
		} else if too := beyondReading(g); too != "" {
			r.Powers = append(r.Powers, too)
		}
	}
	return r, nil
}

var (
	grantForm  = regexp.MustCompile(`^GRANT (.+?) ON (.+?) TO `)
	oneTable   = regexp.MustCompile("^`((?:[^`]|``)*)`\\.`((?:[^`]|``)*)`$")
	columnList = regexp.MustCompile(` ?\([^)]*\)`)
)

// writesOf is the table that a line of SHOW GRANTS lets rows be changed of; empty
// where it gives more, or less.
func writesOf(grant string) string {
	m := grantForm.FindStringSubmatch(grant)
	if m == nil || strings.Contains(grant, "WITH GRANT OPTION") {
		return ""
	}
	table := oneTable.FindStringSubmatch(m[2])
	if table == nil {
		return ""
	}
	writes := false
	for privilege := range strings.SplitSeq(columnList.ReplaceAllString(m[1], ""), ",") {
		switch strings.TrimSpace(privilege) {
		case "INSERT", "UPDATE", "DELETE":
			writes = true
		case "SELECT", "SHOW VIEW":
		default:
			return ""
		}
	}
	if !writes {
		return ""
	}
	return strings.ReplaceAll(table[1]+"."+table[2], "``", "`")
}

// beyondReading is what a line of SHOW GRANTS gives besides reading, with what
// it is given on; empty for nothing.
func beyondReading(grant string) string {
	m := grantForm.FindStringSubmatch(grant)
	if m == nil {
		return "" // a role; what it gives has lines of its own
	}
	harmless := []string{"USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES"}
	var more []string
	for privilege := range strings.SplitSeq(columnList.ReplaceAllString(m[1], ""), ",") {
		if p := strings.TrimSpace(privilege); !slices.Contains(harmless, p) {
			more = append(more, p)
		}
	}
	if strings.Contains(grant, "WITH GRANT OPTION") {
		more = append(more, "GRANT OPTION")
	}
	if len(more) == 0 {
		return ""
	}
	return some(more) + " on " + m[2]
}

// hidden: the server shows nobody the names of what he has no right on.
func (mariadbServer) hidden(context.Context, string) ([]string, error) { return nil, errNotTold }

func (s mariadbServer) indexes(ctx context.Context, t *catalog.Table) (first []string, err error) {
	err = s.pool().SelectContext(ctx, &first, `
SELECT DISTINCT COLUMN_NAME FROM information_schema.STATISTICS
WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND SEQ_IN_INDEX = 1 AND COLUMN_NAME IS NOT NULL AND INDEX_TYPE = 'BTREE'`, t.Name)
	return first, err
}
