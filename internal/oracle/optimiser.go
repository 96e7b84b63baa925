package oracle

import (
	"context"

	"github.com/go-sql-driver/mysql"
)

// withoutOptimiser are the switches of MariaDB's optimiser that rewrite a
// statement, off. What two statements mean to the server is what it answers so:
// 10.11 has rewrites that change an answer (it counts the NULLs of an outer join
// in a window, and makes an inner join of an outer one where a row of values is
// NOT IN a query), for the text as it was written or for the gate's.
const withoutOptimiser = "derived_merge=off,derived_with_keys=off,semijoin=off,materialization=off,exists_to_in=off,subquery_cache=off,table_elimination=off," +
	"condition_pushdown_for_derived=off,condition_pushdown_for_subquery=off,split_materialized=off,outer_join_with_cache=off,not_null_range_scan=off,rowid_filter=off"

// agreesUnoptimised tells, where the answers of both sides differ on MariaDB,
// whether they are the same without the server's optimiser.
func (s *stage) agreesUnoptimised(ctx context.Context, q *query, who int) bool {
	d := s.world.dialect
	if !d.mariadb {
		return false
	}
	if s.unoptimised == nil {
		config, err := mysql.ParseDSN(s.settings.DSN)
		if err != nil {
			return false
		}
		if config.Params == nil {
			config.Params = map[string]string{}
		}
		config.Params["optimizer_switch"] = "'" + withoutOptimiser + "'"
		settings := s.settings
		settings.DSN = config.FormatDSN()
		if s.unoptimised, err = s.newGate(settings, s.yaml); err != nil {
			return false
		}
	}
	mine, shapes, err := s.askOf(ctx, s.unoptimised, q.write(d, d.strict(s.full)), who)
	if err != nil {
		return false
	}
	judge := s.reduced[who]
	if err := judge.run(ctx, []string{"SET SESSION optimizer_switch = '" + withoutOptimiser + "'"}); err != nil {
		return false
	}
	defer func() { _ = judge.run(ctx, []string{"SET SESSION optimizer_switch = DEFAULT"}) }()
	a := q.engineText(d, d.strict(judge.schema))
	theirs, err := judge.ask(ctx, a.text, a.engineValues(d))
	if err != nil {
		return false
	}
	if q.anyColumns {
		shapes = permuted(shapes, byLabel(mine.labels))
		mine.sortColumns()
	}
	gate, reduced := newGrid(mine, shapes), q.grid(d, theirs, shapes)
	if q.anyColumns {
		gate.sortTwins()
	}
	if q.foldLabels {
		gate.foldLabels()
		reduced.foldLabels()
	}
	return gate.differs(reduced, q.ordered) == ""
}
