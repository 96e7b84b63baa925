package syncrun

import (
	"context"
	"errors"

	"github.com/vantelle/vantelle/internal/directory"
)

// WaitsIn is what a dossier waits for as the directory knows it: one of the Waits
// constants, or empty. Every node knows it so, and one that has just started.
func WaitsIn(ctx context.Context, s interface {
	Hold(ctx context.Context, dossier string) (directory.Hold, error)
	Quarantined(ctx context.Context, dossier string) (directory.Run, error)
}, dossier string) (string, error) {
	_, err := s.Hold(ctx, dossier)
	if err == nil {
		return WaitsDatabase, nil
	}
	if !errors.Is(err, directory.ErrNotFound) {
		return "", err
	}
	stopped, err := s.Quarantined(ctx, dossier)
	switch {
	case errors.Is(err, directory.ErrNotFound), err == nil && stopped.Quarantine == directory.QuarantineApproved:
		return "", nil
	case err != nil:
		return "", err
	}
	return WaitsPlan, nil
}
