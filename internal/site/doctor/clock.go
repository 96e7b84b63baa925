package doctor

import (
	"context"
	"time"
)

// maxSkew is how far apart two clocks may be before what happened on one
// cannot be matched with what happened on the other.
const maxSkew = 30 * time.Second

// clock tells the time of a server.
type clock interface {
	clock(ctx context.Context) (time.Time, error)
}

// checkClock compares the server's clock with ours, at the middle of the
// question's way there and back.
func checkClock(ctx context.Context, c clock, now func() time.Time) []Finding {
	asked := now()
	theirs, err := c.clock(ctx)
	if err != nil {
		return unknown("clock.unknown", "the server's clock", err)
	}
	ours := asked.Add(now().Sub(asked) / 2)
	skew := theirs.Sub(ours).Round(time.Second)
	if skew.Abs() <= maxSkew {
		return []Finding{fine("clock.agrees", "the server's clock and this machine's are %s apart", skew.Abs())}
	}
	which := "ahead of"
	if skew < 0 {
		which = "behind"
	}
	return []Finding{found(Warning, "clock.skew", "Let both machines take the time from the same place (NTP): audit and ERP could not be compared otherwise.",
		"the server's clock is %s %s this machine's", skew.Abs(), which)}
}
