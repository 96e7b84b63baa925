package execute

import (
	"fmt"
	"testing"

	"github.com/vantelle/vantelle/filter/sqltype"
)

func TestWhatADriverGivesBecomesTheColumnsType(t *testing.T) {
	for name, c := range map[string]struct {
		x    any
		t    sqltype.Type
		want string // "" for an error
	}{
		"MariaDB's bit, set":                      {[]byte{1}, sqltype.Type{Kind: sqltype.Bool}, "bool true"},
		"MariaDB's bit, not set":                  {[]byte{0}, sqltype.Type{Kind: sqltype.Bool}, "bool false"},
		"a truth that is none":                    {[]byte("yes"), sqltype.Type{Kind: sqltype.Bool}, ""},
		"MariaDB's largest number":                {uint64(18446744073709551615), sqltype.Type{Kind: sqltype.Decimal}, "string 18446744073709551615"},
		"MariaDB's float":                         {float32(0.1), sqltype.Type{Kind: sqltype.Float}, "float64 0.1"},
		"MariaDB's sum of whole numbers":          {[]byte("42"), sqltype.Type{Kind: sqltype.Int}, "int64 42"},
		"MariaDB's no date":                       {[]byte("0000-00-00"), sqltype.Type{Kind: sqltype.Date}, "<nil> <nil>"},
		"MariaDB's no moment":                     {[]byte("0000-00-00 00:00:00"), sqltype.Type{Kind: sqltype.Timestamp}, "<nil> <nil>"},
		"MariaDB's date without a day":            {[]byte("2026-01-00"), sqltype.Type{Kind: sqltype.Date}, "<nil> <nil>"},
		"MariaDB's moment":                        {[]byte("2026-01-31 14:05:00.25"), sqltype.Type{Kind: sqltype.Timestamp}, "time.Time 2026-01-31 14:05:00.25 +0000 UTC"},
		"midnight, which is a time":               {[]byte("00:00:00"), sqltype.Type{Kind: sqltype.Time}, "time.Time 0000-01-01 00:00:00 +0000 UTC"},
		"SQL Server's decimal":                    {[]byte("12.500000"), sqltype.Type{Kind: sqltype.Decimal}, "string 12.500000"},
		"SQL Server's id":                         {[]byte("\x12\x3e\x45\x67\xe8\x9b\x12\xd3\xa4\x56\x42\x66\x14\x17\x40\x00"), sqltype.Type{Kind: sqltype.UUID}, "string 123e4567-e89b-12d3-a456-426614174000"},
		"an id as text":                           {[]byte("123e4567-e89b-12d3-a456-426614174000"), sqltype.Type{Kind: sqltype.UUID}, "string 123e4567-e89b-12d3-a456-426614174000"},
		"sixteen bytes of text":                   {[]byte("sixteen bytes ok"), sqltype.Type{Kind: sqltype.Text}, "string sixteen bytes ok"},
		"PostgreSQL's date without end":           {"infinity", sqltype.Type{Kind: sqltype.Date}, "<nil> <nil>"},
		"PostgreSQL's moment without beginning":   {[]byte("-infinity"), sqltype.Type{Kind: sqltype.Timestamp}, "<nil> <nil>"},
		"PostgreSQL's end of a day":               {"24:00:00.000000", sqltype.Type{Kind: sqltype.Time}, "string 24:00:00"},
		"MariaDB's hours worked":                  {[]byte("838:59:59.500000"), sqltype.Type{Kind: sqltype.Time}, "string 838:59:59.5"},
		"MariaDB's hours owed":                    {[]byte("-00:30:00"), sqltype.Type{Kind: sqltype.Time}, "string -00:30:00"},
		"a time that cannot be":                   {[]byte("35:61:00"), sqltype.Type{Kind: sqltype.Time}, ""},
		"an end that a text has":                  {"infinity", sqltype.Type{Kind: sqltype.Text}, "string infinity"},
		"a date that cannot be":                   {[]byte("2026-02-30"), sqltype.Type{Kind: sqltype.Date}, ""},
		"a decimal where a float was asked for":   {[]byte("1.5"), sqltype.Type{Kind: sqltype.Float}, ""},
		"text where a whole number was asked for": {"abc", sqltype.Type{Kind: sqltype.Int}, ""},
	} {
		got, _, err := decode(c.x, c.t, nil)
		if c.want == "" {
			if err == nil {
				t.Errorf("%s: %v", name, got)
			}
			continue
		}
		if text := fmt.Sprintf("%T %v", got, got); err != nil || text != c.want {
			t.Errorf("%s: %s, %v; want %s", name, text, err, c.want)
		}
	}
}
