package config

import "time"

// Default is the configuration of an empty file: everything but the dossiers
// and the keys, which only an operator can name.
func Default() Config {
	return Config{
		Portal: Portal{
			Listen:         "127.0.0.1:8642",
			TrustedProxies: []string{},
			BodyLimit:      1 * MiB,
			RequestTimeout: Duration(30 * time.Second),
		},
		Admin: Admin{
			Listen:         "127.0.0.1:8643",
			TrustedProxies: []string{},
			Tokens:         []Token{},
		},
		Directory: Directory{Driver: SQLite, Path: "vantelle.db", Synchronous: SyncNormal, Lease: Duration(10 * time.Second)},
		Audit:     Audit{Path: "audit", Synchronous: SyncNormal, Keep: Duration(400 * day)},
		Files:     Files{Path: "files", Size: 100 * MiB},
		Log:       Log{Level: "info", Format: "json", MaxSize: 20 * MiB, Keep: 5},
		Limits: Limits{
			Text:   64 * KiB,
			Depth:  64,
			Nodes:  10_000,
			Joins:  16,
			InList: 1_000,
			Params: 1_000,
			Rows:   100_000,
			Writes: 1000,
			Bytes:  64 * MiB,
			Time:   Duration(15 * time.Second),
			Page:   1_000,
			Load:   LoadLimits{Dossier: 64, Customer: 16, Queue: 128, Wait: Duration(2 * time.Second)},
		},
		Sync:     Sync{Parallel: 2, Keep: Duration(400 * day)},
		Dossiers: map[string]Dossier{},
		Keys:     []Key{},
		Webhooks: []Webhook{},

		Outbox:      Outbox{Open: 200, Lease: Duration(5 * time.Minute), Keep: Duration(400 * day)},
		Integrators: []Integrator{},
	}
}

// SetDefaults makes d what a dossier is before its keys are read.
func (d *Dossier) SetDefaults() {
	*d = Dossier{
		Schemas:        []string{},
		Protocol:       "auto",
		Auth:           "sql",
		Encrypt:        "true",
		TLS:            "true",
		DefaultProfile: "B2B",
		TimeZone:       "Europe/Paris",
		Schedule:       "*/15 * * * *",
		SyncAtStart:    true,
		QuietHours:     []string{},
		FullSyncEvery:  Duration(day),
		Guard:          Guard{Removed: 200, Share: 10, Spared: 5},
		Dormant:        "read",
		Pools:          Pools{Portal: 10, Sync: 2},
		Timeouts: Timeouts{
			Connect:   Duration(5 * time.Second),
			Statement: Duration(15 * time.Second),
			Sync:      Duration(30 * time.Minute),
		},
		SyncOptions: SyncOptions{Entities: []int{}, Attributes: map[string]string{}},
		Files:       []FileRoot{},
		Outbox:      Delivery{Format: "json", Kinds: []string{}},
		Custom:      Custom{Customers: CustomQuery{Fields: map[string]string{}}, Contacts: CustomQuery{Fields: map[string]string{}}},
	}
}

// SetDefaults makes r what a root of files is before its keys are read.
func (r *FileRoot) SetDefaults() { *r = FileRoot{From: []string{}} }

// SetDefaults makes w what a webhook is before its keys are read.
func (w *Webhook) SetDefaults() { *w = Webhook{Events: []string{}} }

// SetDefaults makes k what a key is before its keys are read.
func (k *Key) SetDefaults() { *k = Key{Dossiers: []string{}} }

// SetDefaults makes i what an integrator is before its keys are read.
func (i *Integrator) SetDefaults() { *i = Integrator{Dossiers: []string{}} }
