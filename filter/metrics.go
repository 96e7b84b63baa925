package filter

import (
	"errors"
	"time"

	"github.com/vantelle/vantelle/filter/refusal"
)

type noMetrics struct{}

func (noMetrics) Compiled(string)                     {}
func (noMetrics) ERPQuery(string, int, time.Duration) {}
func (noMetrics) Refused(string)                      {}

// code is the stable word for an error, for metrics and the audit.
func code(err error) string {
	if err == nil {
		return ""
	}
	var r *refusal.Error
	if errors.As(err, &r) {
		return string(r.Code)
	}
	return string(refusal.Internal)
}
