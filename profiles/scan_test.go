package profiles

import "testing"

func TestMentionsCustomer(t *testing.T) {
	cases := map[string]struct {
		sql  string
		want bool
	}{
		"the customer":                            {"CT_Num = :customer", true},
		"a set, which there is not":               {"CT_Num IN (:customers)", false},
		"the code":                                {"code = :customer_code", true},
		"the contact":                             {"id = :contact", true},
		"an attribute":                            {"price_list = :attr_price_list", true},
		"without a space":                         {"CT_Num=:customer", true},
		"in a subquery":                           {"id IN (SELECT id FROM s.t AS x WHERE x.c = :customer)", true},
		"after a quoted text":                     {"a = 'it''s' AND b = :customer", true},
		"after a comment":                         {"a = 1 -- not :contact\nAND b = :customer", true},
		"cast afterwards":                         {"a = :customer::text", true},
		"nothing":                                 {"", false},
		"another parameter":                       {"a = :customer_id", false},
		"an attribute without a name":             {"a = :attr_", false},
		"in quotes":                               {"a = ':customer'", false},
		"in quotes after a doubled one":           {"a = 'it''s :customer'", false},
		"in a quoted name":                        {`":customer" = 1 AND [:customer] = 1 AND ` + "`:customer` = 1", false},
		"in a line comment":                       {"a = 1 -- :customer", false},
		"in a block comment":                      {"a = 1 /* :customer */", false},
		"in a block comment that is never closed": {"a = 1 /* :customer", false},
		"a cast to a type of that name":           {"a::customer = 1", false},
		"in other letters, which is another parameter": {"a = :Customer", false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := mentionsCustomer(c.sql); got != c.want {
				t.Errorf("%s: got %v", c.sql, got)
			}
		})
	}
}
