package sqlast_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlast/sqlasttest"
)

func TestWalkReturnsTheErrorOfItsFunctionAndVisitsNothingMore(t *testing.T) {
	stop := errors.New("stop")
	for _, n := range sqlasttest.All() {
		if _, name := n.(sqlast.Ident); name {
			continue
		}
		total := 0
		if err := sqlast.Walk(n, func(sqlast.Node) (bool, error) { total++; return true, nil }); err != nil {
			t.Fatal(err)
		}
		for at := 1; at <= total; at++ {
			visited := 0
			err := sqlast.Walk(n, func(sqlast.Node) (bool, error) {
				visited++
				if visited == at {
					return true, stop
				}
				return true, nil
			})
			if !errors.Is(err, stop) || visited != at {
				t.Errorf("%T: stopped at node %d of %d: visited %d, error %v", n, at, total, visited, err)
			}
		}
	}
}

func TestWalkDoesNotDescendWhereItIsToldNotTo(t *testing.T) {
	for _, n := range sqlasttest.All() {
		if _, name := n.(sqlast.Ident); name {
			continue
		}
		visited := 0
		err := sqlast.Walk(n, func(sqlast.Node) (bool, error) { visited++; return false, nil })
		if err != nil || visited != 1 {
			t.Errorf("%T: visited %d nodes, error %v", n, visited, err)
		}
	}
}

func TestWalkVisitsNothingBelowNil(t *testing.T) {
	fail := func(n sqlast.Node) (bool, error) {
		t.Errorf("visited %T", n)
		return true, nil
	}
	if err := sqlast.Walk(nil, fail); err != nil {
		t.Error(err)
	}
}

type stranger struct{}

func (stranger) Pos() sqlast.Pos { return 0 }

func TestWalkRefusesAnUnknownNode(t *testing.T) {
	err := sqlast.Walk(stranger{}, func(sqlast.Node) (bool, error) { return true, nil })
	if err == nil || !strings.Contains(err.Error(), "stranger") {
		t.Errorf("error is %v", err)
	}
}
