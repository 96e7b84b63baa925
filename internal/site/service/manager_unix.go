//go:build !windows

package service

// DefaultConfig is where the service's configuration is unless told.
func DefaultConfig(func(string) string) string { return DefaultLinuxConfig }

// Open gives the machine's service manager, or an error that says what to do
// where it has none that is known.
func Open(func(string) string) (Manager, error) {
	s, err := newSystemd()
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Describe tells what Install would do: the unit.
func Describe(s Spec, _ func(string) string) (string, error) { return Unit(s) }

// Places is where the service keeps what it writes unless told.
func Places(func(string) string) Layout { return linuxLayout() }
