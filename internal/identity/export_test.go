package identity

// Remembered is how many callers a Resolver remembers.
func Remembered(r *Resolver) int { return len(r.memory.callers) }
