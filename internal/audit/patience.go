package audit

import "time"

const (
	// A group waits for more entries for at most this share of what a request
	// takes at present, and never longer than longestWait.
	waitShare   = 10
	longestWait = 2 * time.Millisecond
	// shortestWait is below which a wait is not worth a timer.
	shortestWait = 100 * time.Microsecond
	// crowd is how many requests must be under way at a time for a group to wait:
	// where few are, nobody would come.
	crowd = 6
	// smoothing is the weight of what was seen before, of which one more is new.
	smoothing = 15
)

// patience says how long an entry may wait for others to share its commit, by
// what was seen of late: how far apart entries come, and how long requests take.
// The quotient of the two is how many are under way (Little's law).
type patience struct {
	spacing time.Duration // between two entries
	taking  time.Duration // from an entry to its outcome
	last    time.Time     // when the group before was there
}

// came takes note of n entries that have come by now.
func (p *patience) came(n int, now time.Time) {
	if !p.last.IsZero() {
		p.spacing = smooth(p.spacing, min(now.Sub(p.last), time.Second)/time.Duration(n), n)
	}
	p.last = now
}

// ended takes note of a request that took so long.
func (p *patience) ended(millis int64) {
	p.taking = smooth(p.taking, min(time.Duration(millis)*time.Millisecond, time.Second), 1)
}

// wait is how long a group may wait now; 0 for not at all.
func (p *patience) wait() time.Duration {
	wait := min(p.taking/waitShare, longestWait)
	if wait < shortestWait || p.spacing <= 0 || p.taking/p.spacing < crowd {
		return 0
	}
	return wait
}

// enough is how many entries are as many as may be hoped for in a wait.
func (p *patience) enough() int {
	if p.spacing <= 0 {
		return 1
	}
	return max(1, int(p.taking/p.spacing)/2)
}

// smooth moves an average by one value that was seen n times.
func smooth(average, value time.Duration, n int) time.Duration {
	for range min(n, smoothing) {
		average = (smoothing*average + value) / (smoothing + 1)
	}
	return average
}
