package directory

import (
	"context"
	"errors"
	"time"
)

// ProfileOrigin says how a version of a profile came to be.
type ProfileOrigin string

// The origins of a version.
const (
	OriginStandard   ProfileOrigin = "standard"   // shipped with Vantelle
	OriginEdited     ProfileOrigin = "edited"     // written by an administrator
	OriginImported   ProfileOrigin = "imported"   // from a file
	OriginDuplicated ProfileOrigin = "duplicated" // from another profile
	OriginRestricted ProfileOrigin = "restricted" // from another profile, which it may only take away from
	OriginUndone     ProfileOrigin = "undone"     // an earlier version again
	OriginReset      ProfileOrigin = "reset"      // the shipped one again
)

// Profile is a profile as the directory knows it: which of its versions is in
// force. What it says is in that version.
type Profile struct {
	Name      string    `db:"name" json:"name"`
	ERP       string    `db:"erp" json:"erp"`
	Licence   string    `db:"licence" json:"licence,omitempty"`
	Extends   string    `db:"extends" json:"extends,omitempty"` // the profile that it restricts
	Standard  bool      `db:"standard" json:"standard"`         // one of this name ships with Vantelle
	Version   int       `db:"version" json:"version"`           // in force; the versions count from 1
	ChangedBy string    `db:"changed_by" json:"changed_by"`
	ChangedAt time.Time `db:"changed_at" json:"changed_at"`
}

// ProfileVersion is one version of a profile. It is never changed.
type ProfileVersion struct {
	Profile   string        `db:"profile" json:"profile"`
	Version   int           `db:"version" json:"version"`
	Digest    string        `db:"digest" json:"digest"` // hex SHA-256 of Text
	Origin    ProfileOrigin `db:"origin" json:"origin"`
	Source    string        `db:"source" json:"source,omitempty"` // what it was made from: NAME@VERSION, or a file
	Author    string        `db:"author" json:"author"`
	Note      string        `db:"note" json:"note"`
	CreatedAt time.Time     `db:"created_at" json:"created_at"`
	Text      string        `db:"text" json:"-"`  // YAML
	Tests     string        `db:"tests" json:"-"` // policy tests, YAML; empty for none
}

// ProfileSet is every profile in force at one revision.
type ProfileSet struct {
	Revision int64
	Versions []ProfileVersion // those in force, by name
	Defaults []DefaultProfile
}

// DefaultProfile names the profile of the accesses to a dossier that name none.
type DefaultProfile struct {
	Dossier string `db:"dossier" json:"-"`
	Licence string `db:"licence" json:"licence"` // empty: for every licence type without a default of its own
	Profile string `db:"profile" json:"profile"`
}

// Defaults are the default profiles of one dossier, edited as one.
type Defaults struct {
	Dossier string
	Entries []DefaultProfile // by licence type
	Version int64            // 0 before the first edit; the ETag
}

// Licence is a licence type: the ceiling and the price class of a family of
// profiles.
type Licence struct {
	Name       string            `db:"name" json:"name"`
	TitleFR    string            `db:"title_fr" json:"title_fr,omitempty"`
	TitleEN    string            `db:"title_en" json:"title_en,omitempty"`
	PriceClass int               `db:"price_class" json:"price_class"` // 1 is the cheapest
	Ceiling    map[string]string `db:"-" json:"ceiling"`               // level by module; "*" for those not named
	ChangedBy  string            `db:"changed_by" json:"changed_by"`
	ChangedAt  time.Time         `db:"changed_at" json:"changed_at"`
	Version    int64             `db:"version" json:"version"` // the ETag
}

// MembershipRole is what a person is at the customer's.
type MembershipRole string

// The roles of a membership.
const (
	RoleAdministrator MembershipRole = "administrator" // manages his colleagues
	RoleUser          MembershipRole = "user"
)

// Membership lets one account enter one dossier for one customer. It opens
// nothing that the customer's access does not: its profile is a restriction of
// the access's, its levels lower those of the access.
type Membership struct {
	Account    string            `db:"account" json:"account"` // the account's ID
	Dossier    string            `db:"dossier" json:"dossier"`
	CustomerID string            `db:"customer_id" json:"customer_id"`
	Role       MembershipRole    `db:"role" json:"role"`
	Profile    string            `db:"profile" json:"profile,omitempty"` // empty: the access's
	Levels     map[string]string `db:"-" json:"levels,omitempty"`        // by module; "*" for those not named
	Note       string            `db:"note" json:"note,omitempty"`
	ChangedBy  string            `db:"changed_by" json:"changed_by"`
	ChangedAt  time.Time         `db:"changed_at" json:"changed_at"`
	Version    int64             `db:"version" json:"version"` // the ETag
}

// ProfileUser is an access, or a membership, that names a profile.
type ProfileUser struct {
	Dossier      string      `db:"dossier" json:"dossier"`
	CustomerID   string      `db:"customer_id" json:"customer_id"`
	CustomerCode string      `db:"customer_code" json:"customer_code"`
	CustomerName string      `db:"customer_name" json:"customer_name"`
	Account      string      `db:"account" json:"account,omitempty"` // empty: the customer's access itself
	State        AccessState `db:"state" json:"state"`               // of the access
	Licence      string      `db:"licence" json:"licence,omitempty"` // of the access
	Version      int64       `db:"version" json:"version"`           // of the access or the membership
	ByDefault    bool        `db:"-" json:"by_default,omitempty"`    // names no profile: the dossier's default is this one
}

// Act is something an administrator did, or asked to see in a customer's name.
// It is written in the transaction of the change itself and never changed.
type Act struct {
	Seq    int64             `db:"seq" json:"seq"`
	At     time.Time         `db:"at" json:"at"`
	By     string            `db:"by_whom" json:"by"`
	Noun   string            `db:"noun" json:"noun"`     // "profile", "licence", "defaults", "access", "membership", "customer"
	Object string            `db:"object" json:"object"` // its name or key
	Action string            `db:"action" json:"action"` // "create", "change", "delete", "transfer", "view_as", …
	Detail map[string]string `db:"-" json:"detail,omitempty"`
}

// ActQuery selects acts, the newest first.
type ActQuery struct {
	Noun, Object string // empty for any
	Before       int64  // Seq, exclusive; 0 for the newest
	Limit        int    // 1 to 1000
}

// ErrInUse is returned where something cannot be deleted because others need it.
var ErrInUse = errors.New("in use")

// ProfileStore reads and changes profiles, licence types, defaults and
// memberships. A change carries the act that tells of it; both are written, or
// neither. The version in a change is the one that the caller saw, 0 where
// there must be none yet; ErrConflict where that is no longer so.
type ProfileStore interface {
	// ProfileRevision changes whenever a profile in force or a default does.
	ProfileRevision(ctx context.Context) (int64, error)
	// ProfilesInForce reads them in one consistent read.
	ProfilesInForce(ctx context.Context) (ProfileSet, error)
	ListProfiles(ctx context.Context) ([]Profile, error)
	Profile(ctx context.Context, name string) (Profile, error)
	// ProfileVersions gives the newest first.
	ProfileVersions(ctx context.Context, name string) ([]ProfileVersion, error)
	ProfileVersion(ctx context.Context, name string, version int) (ProfileVersion, error)
	// PutProfile puts v in force as the next version of p, whose Version is
	// the one that the caller saw. The versions of a deleted profile stay,
	// and one of the same name counts on from them.
	PutProfile(ctx context.Context, p Profile, v ProfileVersion, act Act) (Profile, error)
	// DeleteProfile takes a profile out of force; its versions stay. ErrInUse
	// where an access that is not revoked, a membership, a default or a
	// restriction of it names it.
	DeleteProfile(ctx context.Context, name string, version int, act Act) error
	// ProfileUsers gives accesses that are not revoked and memberships that
	// name the profile ("" those accesses that name none), by dossier,
	// customer and account; of one dossier, or of every one where it is empty.
	ProfileUsers(ctx context.Context, profile, dossier string) ([]ProfileUser, error)
	// TransferProfile gives each of the users the profile to. ErrConflict,
	// and no change at all, where one of them is no longer at its version.
	TransferProfile(ctx context.Context, to string, users []ProfileUser, by string, act Act) error

	Licences(ctx context.Context) ([]Licence, error)
	PutLicence(ctx context.Context, l Licence, act Act) (Licence, error)
	// DeleteLicence: ErrInUse where a profile, an access or a default names it.
	DeleteLicence(ctx context.Context, name string, version int64, act Act) error

	DefaultProfiles(ctx context.Context, dossier string) (Defaults, error)
	PutDefaultProfiles(ctx context.Context, d Defaults, act Act) (Defaults, error)

	Memberships(ctx context.Context, dossier, customerID string) ([]Membership, error)
	Membership(ctx context.Context, account, dossier, customerID string) (Membership, error)
	// PutMembership: ErrNotFound where the customer is unknown or removed.
	PutMembership(ctx context.Context, m Membership, act Act) (Membership, error)
	DeleteMembership(ctx context.Context, m Membership, act Act) error

	// RecordAct writes an act that changes nothing, such as seeing with a
	// customer's eyes.
	RecordAct(ctx context.Context, act Act) error
	Acts(ctx context.Context, q ActQuery) ([]Act, error)
}
