package syncrun

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
	_ "time/tzdata" // the tests need Paris wherever they run

	"go.uber.org/goleak"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/sync/erpsource"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory is a directory.SyncStore that forgets.
type memory struct {
	mu           sync.Mutex
	customers    map[string]directory.Customer
	contacts     map[string]directory.Contact
	runs         []directory.Run
	changes      map[string][]directory.Change
	fingerprints map[string]directory.Fingerprint
	plans        []directory.Plan
	positions    map[string]directory.Position
	holds        map[string]directory.Hold
	open         []string // ids of granted accesses
	decisions    []directory.Decision

	startErr, applyErr error
	pruned             []time.Time
}

var _ directory.SyncStore = (*memory)(nil)

func newMemory() *memory {
	return &memory{customers: map[string]directory.Customer{}, contacts: map[string]directory.Contact{},
		changes: map[string][]directory.Change{}, fingerprints: map[string]directory.Fingerprint{},
		positions: map[string]directory.Position{}, holds: map[string]directory.Hold{}}
}

func all[T any](m *memory, rows map[string]T, of string, dossier func(T) string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		m.mu.Lock()
		var out []T
		for _, key := range slices.Sorted(maps.Keys(rows)) {
			if dossier(rows[key]) == of {
				out = append(out, rows[key])
			}
		}
		m.mu.Unlock()
		for _, r := range out {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (m *memory) AllCustomers(_ context.Context, d string) iter.Seq2[directory.Customer, error] {
	return all(m, m.customers, d, func(c directory.Customer) string { return c.Dossier })
}

func (m *memory) AllContacts(_ context.Context, d string) iter.Seq2[directory.Contact, error] {
	return all(m, m.contacts, d, func(c directory.Contact) string { return c.Dossier })
}

func (m *memory) KnownCustomers(_ context.Context, d string) iter.Seq2[directory.Customer, error] {
	known := map[string]directory.Customer{}
	m.mu.Lock()
	for key, c := range m.customers {
		known[key] = directory.Customer{Dossier: c.Dossier, ID: c.ID, Code: c.Code, TechnicalID: c.TechnicalID, FormerCodes: c.FormerCodes,
			Stamp: c.Stamp, Hash: c.Hash, RemovedAt: c.RemovedAt}
	}
	m.mu.Unlock()
	return all(m, known, d, func(c directory.Customer) string { return c.Dossier })
}

func (m *memory) PastCustomers(ctx context.Context, d string) iter.Seq2[directory.Customer, error] {
	return func(yield func(directory.Customer, error) bool) {
		for c, err := range m.KnownCustomers(ctx, d) {
			if (c.RemovedAt != nil || len(c.FormerCodes) > 0) && !yield(c, err) {
				return
			}
		}
	}
}

func (m *memory) KnownContacts(_ context.Context, d string) iter.Seq2[directory.Contact, error] {
	known := map[string]directory.Contact{}
	m.mu.Lock()
	for key, c := range m.contacts {
		known[key] = directory.Contact{Dossier: c.Dossier, ID: c.ID, CustomerID: c.CustomerID, Email: c.Email, Hash: c.Hash, RemovedAt: c.RemovedAt}
	}
	m.mu.Unlock()
	return all(m, known, d, func(c directory.Contact) string { return c.Dossier })
}

func (m *memory) CustomersByID(ctx context.Context, d string, ids []string) (out []directory.Customer, _ error) {
	for _, id := range ids {
		if c, err := m.Customer(ctx, d, id); err == nil {
			out = append(out, c)
		}
	}
	return out, nil
}

func (m *memory) ContactsByID(ctx context.Context, d string, ids []string) (out []directory.Contact, _ error) {
	for _, id := range ids {
		if c, err := m.Contact(ctx, d, id); err == nil {
			out = append(out, c)
		}
	}
	return out, nil
}

func (m *memory) Customer(_ context.Context, d, id string) (directory.Customer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c, there := m.customers[d+"/"+id]; there {
		return c, nil
	}
	return directory.Customer{}, directory.ErrNotFound
}

func (m *memory) Contact(_ context.Context, d, id string) (directory.Contact, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c, there := m.contacts[d+"/"+id]; there {
		return c, nil
	}
	return directory.Contact{}, directory.ErrNotFound
}

func (m *memory) StartRun(ctx context.Context, r directory.Run) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.startErr != nil {
		return m.startErr
	}
	m.runs = append(m.runs, r)
	return ctx.Err()
}

func (m *memory) ApplyPlan(ctx context.Context, id string, p directory.Plan, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := errors.Join(ctx.Err(), m.applyErr); err != nil {
		return err
	}
	for part, err := range p.Parts() {
		if err != nil {
			return err
		}
		for _, c := range part.PutCustomers {
			m.customers[c.Dossier+"/"+c.ID] = c
		}
		for _, c := range part.PutContacts {
			m.contacts[c.Dossier+"/"+c.ID] = c
		}
		m.changes[id] = append(m.changes[id], part.Changes...)
	}
	for _, id := range p.DropCustomers {
		c := m.customers[p.Dossier+"/"+id]
		c.RemovedAt = &at
		m.customers[p.Dossier+"/"+id] = c
	}
	for _, id := range p.DropContacts {
		c := m.contacts[p.Dossier+"/"+id]
		c.RemovedAt = &at
		m.contacts[p.Dossier+"/"+id] = c
	}
	if p.Fingerprint != nil {
		m.fingerprints[p.Dossier] = *p.Fingerprint
		delete(m.holds, p.Dossier)
	}
	if p.Position != nil {
		m.positions[p.Dossier] = *p.Position
	}
	m.settle(p.Dossier)
	m.decisions = append(m.decisions, p.Decisions...)
	m.plans = append(m.plans, p)
	r := m.find(id)
	r.State, r.FinishedAt, r.Counts = directory.RunSucceeded, &at, p.Counts
	return nil
}

func (m *memory) find(id string) *directory.Run {
	for i := range m.runs {
		if m.runs[i].ID == id {
			return &m.runs[i]
		}
	}
	return nil
}

func (m *memory) FinishRun(ctx context.Context, r directory.Run) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	*m.find(r.ID) = r
	return nil
}

func (m *memory) AbandonRuns(_ context.Context, at time.Time) (n int, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.runs {
		if m.runs[i].State == directory.RunRunning {
			m.runs[i].State, m.runs[i].FinishedAt = directory.RunFailed, &at
			n++
		}
	}
	return n, nil
}

func (m *memory) Run(_ context.Context, id string) (directory.Run, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.find(id); r != nil {
		return *r, nil
	}
	return directory.Run{}, directory.ErrNotFound
}

func (m *memory) Runs(_ context.Context, d string, limit int) (out []directory.Run, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range slices.Backward(m.runs) {
		if r.Dossier == d && len(out) < limit {
			out = append(out, r)
		}
	}
	return out, nil
}

func (m *memory) Changes(_ context.Context, id string, after, limit int) ([]directory.Change, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	from := min(after, len(m.changes[id]))
	return m.changes[id][from:min(from+limit, len(m.changes[id]))], nil
}

func (m *memory) LastSuccess(ctx context.Context, d string) (directory.Run, error) {
	runs, err := m.Runs(ctx, d, 1<<30)
	for _, r := range runs {
		if r.State == directory.RunSucceeded {
			return r, err
		}
	}
	return directory.Run{}, directory.ErrNotFound
}

func (m *memory) Fingerprint(_ context.Context, d string) (directory.Fingerprint, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f, ok := m.fingerprints[d]; ok {
		return f, nil
	}
	return directory.Fingerprint{}, directory.ErrNotFound
}

func (m *memory) SetFingerprint(_ context.Context, d string, f directory.Fingerprint) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fingerprints[d] = f
	return nil
}

func (m *memory) settle(d string) {
	for i := range m.runs {
		if r := &m.runs[i]; r.Dossier == d {
			switch r.Quarantine {
			case directory.QuarantineApproved:
				r.Quarantine = directory.QuarantineApplied
			case directory.QuarantineWaiting, directory.QuarantineRejected:
				r.Quarantine = directory.QuarantineSuperseded
			}
		}
	}
}

func (m *memory) PruneRuns(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pruned = append(m.pruned, before)
	return 0, nil
}

func (m *memory) OpenAccesses(context.Context, string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.open, nil
}

func (m *memory) Position(_ context.Context, d string) (directory.Position, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p, ok := m.positions[d]; ok {
		return p, nil
	}
	return directory.Position{}, directory.ErrNotFound
}

func (m *memory) SetHold(_ context.Context, h directory.Hold) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.holds[h.Dossier] = h
	return nil
}

func (m *memory) Hold(_ context.Context, d string) (directory.Hold, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if h, ok := m.holds[d]; ok {
		return h, nil
	}
	return directory.Hold{}, directory.ErrNotFound
}

func (m *memory) QuarantineRun(ctx context.Context, r directory.Run, plan directory.Plan) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.settle(r.Dossier)
	r.Quarantine = directory.QuarantineWaiting
	*m.find(r.ID) = r
	m.changes[r.ID] = plan.Changes
	return ctx.Err()
}

func (m *memory) Quarantined(_ context.Context, d string) (directory.Run, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range slices.Backward(m.runs) {
		if r.Dossier == d && slices.Contains([]directory.Quarantine{directory.QuarantineWaiting, directory.QuarantineApproved, directory.QuarantineRejected}, r.Quarantine) {
			return r, nil
		}
	}
	return directory.Run{}, directory.ErrNotFound
}

func (m *memory) SettleQuarantine(_ context.Context, id string, to directory.Quarantine, _, _ string, from ...directory.Quarantine) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.find(id)
	if r == nil {
		return directory.ErrNotFound
	}
	if !slices.Contains(from, r.Quarantine) {
		return directory.ErrConflict
	}
	r.Quarantine = to
	return nil
}

func (m *memory) Decisions(context.Context, string, bool, int) ([]directory.Decision, error) {
	return m.decisions, nil
}

func (m *memory) Decision(context.Context, string) (directory.Decision, error) {
	return directory.Decision{}, directory.ErrNotFound
}

func (m *memory) Decide(context.Context, string, directory.Verdict, string, string, time.Time) (directory.Decision, error) {
	return directory.Decision{}, directory.ErrNotFound
}

// live are the ids of the customers and contacts that are not removed.
func (m *memory) live() (ids []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(m.customers)) {
		if m.customers[key].RemovedAt == nil {
			ids = append(ids, key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.contacts)) {
		if m.contacts[key].RemovedAt == nil {
			ids = append(ids, "contact "+key)
		}
	}
	return ids
}

// history are a dossier's runs, oldest first, as "trigger state".
func (m *memory) history(d string) (out []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.runs {
		if r.Dossier == d {
			out = append(out, r.Trigger+" "+string(r.State))
		}
	}
	return out
}

// fakeERP is a source whose answers a test sets.
type fakeERP struct {
	mu          sync.Mutex
	ids         []string // of its customers, sorted; each has one contact
	fingerprint directory.Fingerprint
	openErr     error
	readErr     error         // after the last customer
	problem     bool          // before the first customer
	hold        chan struct{} // if set, Customers waits until it is closed
	entered     chan struct{} // if set, receives when Customers begins
	opened      int
	closed      int
}

func (f *fakeERP) set(change func(f *fakeERP)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

func (f *fakeERP) Open(ctx context.Context) (erpsource.Snapshot, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.opened++
	if err := errors.Join(ctx.Err(), f.openErr); err != nil {
		return nil, err
	}
	return &fakeSnapshot{erp: f, ids: f.ids, fingerprint: f.fingerprint, readErr: f.readErr, problem: f.problem, hold: f.hold, entered: f.entered}, nil
}

type fakeSnapshot struct {
	erp         *fakeERP
	ids         []string
	fingerprint directory.Fingerprint
	readErr     error
	problem     bool
	hold        chan struct{}
	entered     chan struct{}
}

func (s *fakeSnapshot) Fingerprint(context.Context) (directory.Fingerprint, error) {
	return s.fingerprint, nil
}

func (s *fakeSnapshot) Expected(context.Context) (customers, contacts int, err error) {
	return len(s.ids), len(s.ids), nil
}

func (s *fakeSnapshot) Close() error {
	s.erp.set(func(f *fakeERP) { f.closed++ })
	return nil
}

func (s *fakeSnapshot) Customers(ctx context.Context) iter.Seq2[directory.Customer, error] {
	return func(yield func(directory.Customer, error) bool) {
		if s.entered != nil {
			s.entered <- struct{}{}
		}
		if s.hold != nil {
			select {
			case <-s.hold:
			case <-ctx.Done():
				yield(directory.Customer{}, ctx.Err())
				return
			}
		}
		if s.problem && !yield(directory.Customer{}, &directory.Problem{Noun: directory.NounCustomer, Reason: "a row has no id"}) {
			return
		}
		for _, id := range s.ids {
			if !yield(directory.Customer{ID: id, Code: id, Name: "Customer " + id, Hash: "h" + id}, nil) {
				return
			}
		}
		if s.readErr != nil {
			yield(directory.Customer{}, s.readErr)
		}
	}
}

func (s *fakeSnapshot) Contacts(context.Context) iter.Seq2[directory.Contact, error] {
	return func(yield func(directory.Contact, error) bool) {
		for _, id := range s.ids {
			if !yield(directory.Contact{ID: id, CustomerID: id, LastName: "Contact", Hash: "h" + id}, nil) {
				return
			}
		}
	}
}

// numbered gives ids "run1", "run2", ….
func numbered() func() string {
	var mu sync.Mutex
	n := 0
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		n++
		return "run" + strconv.Itoa(n)
	}
}
