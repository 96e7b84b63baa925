package directory

import "time"

// KeyKind says what a key opens.
type KeyKind string

// The kinds of key.
const (
	KeyBackend KeyKind = "backend" // a portal's backend: vk_…
	KeyAdmin   KeyKind = "admin"   // an administrator's token: va_…
	// KeyIntegrator is the key of a program that takes requests from the outbox,
	// and does nothing else: vi_…
	KeyIntegrator KeyKind = "integrator"
)

// Key is a bearer key. The key itself is never stored: Hash is the hex
// SHA-256 of it (keys are random and long, so no slow hash is needed).
type Key struct {
	ID         string     `db:"id" json:"id"`
	Kind       KeyKind    `db:"kind" json:"kind"`
	Name       string     `db:"name" json:"name"`
	Hash       string     `db:"hash" json:"-"`
	Dossiers   []string   `db:"-" json:"dossiers"` // empty: every dossier
	Developer  bool       `db:"developer" json:"developer"`
	Seeded     bool       `db:"seeded" json:"seeded"` // came from the configuration
	CreatedAt  time.Time  `db:"created_at" json:"created_at"`
	DisabledAt *time.Time `db:"disabled_at" json:"disabled_at,omitempty"`
}
