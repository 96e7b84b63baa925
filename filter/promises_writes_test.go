package filter_test

import (
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter/refusal"
)

func TestPromise9AWriteDoesWhatItSays(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		for _, c := range []struct{ text, want, look, then string }{
			{"UPDATE orders SET note = 'new' WHERE id = 101", "1", "SELECT note FROM orders WHERE id = 101", "new"},
			{"UPDATE orders SET qty = qty + 1, note = UPPER(note) WHERE qty >= 10 RETURNING id, qty, note", "2\n101|11|NEW\n102|21|SECOND", "SELECT qty FROM orders ORDER BY id", "11\n21\n3\n1\n5\n9"},
			{"UPDATE orders SET total = 1.25, wanted = '2026-03-01', urgent = TRUE WHERE ref = 'A-2' RETURNING total, wanted, urgent", "1\n1.25|2026-03-01 00:00:00|true", "SELECT total FROM orders WHERE id = 102", "1.25"},
			{"INSERT INTO orders (ref, note, total, qty) VALUES ('A-10', 'ten', 10, 1), ('A-11', NULL, 11.5, 2 + 3) RETURNING customer, kind, ref, note, total, qty", "2\nANNA|1|A-10|ten|10|1\nANNA|1|A-11|NULL|11.5|5", "SELECT customer, kind, margin FROM orders WHERE ref LIKE 'A-1_' ORDER BY ref", "ANNA|1|0\nANNA|1|0"},
			{"INSERT INTO items (ordered, article, qty) SELECT id, 'CHAIN', qty FROM orders WHERE ref IN ('A-10', 'A-11') RETURNING article, qty", "2\nCHAIN|1\nCHAIN|5", "SELECT COUNT(*) FROM items", "7"},
			{"DELETE FROM items WHERE article = 'CHAIN' AND ordered <> 101 RETURNING qty", "2\n1\n5", "SELECT COUNT(*) FROM items", "5"},
			{"DELETE FROM orders WHERE ref LIKE 'A-1_'", "2", "SELECT COUNT(*) FROM orders", "6"},
			{"UPDATE addresses SET town = 'Nice' WHERE num = 2 RETURNING num, town", "1\n2|Nice", "SELECT town FROM addresses ORDER BY customer, num", "Lyon\nNice\nBrest"},
			{"INSERT INTO addresses (num, street) VALUES (3, 'Oak St') RETURNING num, street, town", "1\n3|Oak St|NULL", "SELECT customer FROM addresses WHERE num = 3", "ANNA"},
			{"UPDATE notes SET body = 'changed' RETURNING body", "1\nchanged", "SELECT body FROM notes ORDER BY mark", "changed\nhis"},
			{"UPDATE watched SET body = 'w' WHERE id = 11", "1", "SELECT body FROM watched ORDER BY id", "w\nhis\nclosed"},
			{"UPDATE wishes SET remark = 'wished' WHERE reference = 'A-1' RETURNING number, remark, state, double", "1\n101|wished|wish|200", "SELECT note FROM orders WHERE id = 101", "wished"},
			{"UPDATE souhaits SET amount = 7 WHERE number = 102", "1", "SELECT total FROM orders WHERE id = 102", "7"},
			{"DELETE FROM notes WHERE body = 'nothing'", "0", "SELECT COUNT(*) FROM notes", "2"},
		} {
			got, err := w.write(t, "ANNA", c.text)
			if err != nil || got != c.want {
				t.Errorf("%s: got %q, %v; want %q", c.text, got, err, c.want)
			}
			if got := w.look(t, c.look); got != c.then {
				t.Errorf("%s: then %q, want %q", c.text, got, c.then)
			}
		}
	})
}

var _ = strings.TrimSpace
var _ = refusal.ReadOnly
