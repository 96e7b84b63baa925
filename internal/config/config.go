// Package config is the configuration file: what it may hold, its defaults,
// and everything that can be wrong with it.
//
// It must never print a secret, never open what a file names except the files
// that hold secrets, and never let a security setting through that is only half
// made. Load gives a whole configuration or all mistakes at once.
//
// Read next: load.go (file, environment, secret files), validate.go and its
// neighbours (what is refused), secret.go, and docs/configuration.md.
package config

// Config is a whole configuration. The yaml tags are the file's keys.
type Config struct {
	Portal    Portal             `yaml:"portal"`
	Admin     Admin              `yaml:"admin"`
	Directory Directory          `yaml:"directory"`
	Audit     Audit              `yaml:"audit"`
	Profiles  Profiles           `yaml:"profiles"`
	Files     Files              `yaml:"files"`
	Log       Log                `yaml:"log"`
	Limits    Limits             `yaml:"limits"`
	Sync      Sync               `yaml:"sync"`
	Dossiers  map[string]Dossier `yaml:"dossiers"` // by id
	Keys      []Key              `yaml:"keys"`
	Webhooks  []Webhook          `yaml:"webhooks"`

	Outbox      Outbox       `yaml:"outbox"`
	Integrators []Integrator `yaml:"integrators"`
}

// Outbox bounds what customers' requests wait for and how long they are kept.
type Outbox struct {
	Open  int      `yaml:"open"`  // requests of one customer that may be open
	Lease Duration `yaml:"lease"` // how long what was taken is the taker's, where he does not say
	Keep  Duration `yaml:"keep"`  // of what was settled; 0 keeps everything
}

// Integrator is the key, vi_…, of a program that takes requests from the outbox
// and does nothing else, that the configuration seeds.
type Integrator struct {
	Name     string   `yaml:"name"`
	Key      Secret   `yaml:"key"`
	KeyFile  string   `yaml:"key_file"`
	Dossiers []string `yaml:"dossiers"` // ids; at least one
}

// Delivery is where a dossier's requests are brought by themselves: into a
// folder, or to an address.
type Delivery struct {
	Path       string   `yaml:"path"`   // of the folder
	Format     string   `yaml:"format"` // of the files: json or csv
	URL        string   `yaml:"url"`
	Secret     Secret   `yaml:"secret"` // signs what is sent to URL
	SecretFile string   `yaml:"secret_file"`
	Kinds      []string `yaml:"kinds"` // those that are brought; empty for all
}

// Portal is the listener for portals.
type Portal struct {
	Listen         string   `yaml:"listen"` // host:port
	TLS            TLS      `yaml:"tls"`
	TrustedProxies []string `yaml:"trusted_proxies"` // addresses or networks in CIDR form; without TLS only they may connect
	BodyLimit      Size     `yaml:"body_limit"`
	RequestTimeout Duration `yaml:"request_timeout"`
	CursorKeyFile  string   `yaml:"cursor_key_file"` // empty: cursor.key beside the directory, or the audit
}

// Admin is the listener for administrators and metrics.
type Admin struct {
	Listen         string   `yaml:"listen"`
	TLS            TLS      `yaml:"tls"`
	TrustedProxies []string `yaml:"trusted_proxies"`
	Tokens         []Token  `yaml:"tokens"`
}

// TLS names a certificate and its key, both in PEM form; empty for none.
type TLS struct {
	CertFile string `yaml:"cert_file"`
	KeyFile  string `yaml:"key_file"`
}

// Enabled tells whether there is a certificate.
func (t TLS) Enabled() bool { return t.CertFile != "" && t.KeyFile != "" }

// Token is an administrator's token, va_…, that the configuration seeds.
type Token struct {
	Name      string `yaml:"name"`
	Token     Secret `yaml:"token"`
	TokenFile string `yaml:"token_file"`
}

// Synchronous says how durable a committed write of SQLite is.
type Synchronous string

// The durabilities: with SyncNormal the last moments before a power cut may be
// lost, with SyncFull nothing is.
const (
	SyncNormal Synchronous = "normal"
	SyncFull   Synchronous = "full"
)

// Directory is where Vantelle keeps customers, accesses and keys.
type Directory struct {
	Driver      Engine      `yaml:"driver"` // sqlite or postgres
	Path        string      `yaml:"path"`   // sqlite: of the file
	Synchronous Synchronous `yaml:"synchronous"`
	DSN         Secret      `yaml:"dsn"` // postgres: the whole address
	DSNFile     string      `yaml:"dsn_file"`
	Lease       Duration    `yaml:"lease"` // postgres: after so long without a word from the leading node another takes over
}

// Audit is where Vantelle keeps who saw and changed what.
type Audit struct {
	Path        string      `yaml:"path"` // of the folder, with a file for each month
	Synchronous Synchronous `yaml:"synchronous"`
	Keep        Duration    `yaml:"keep"` // 0 keeps everything
}

// Profiles is where profiles come from.
type Profiles struct {
	Source string `yaml:"source"` // directory or files; empty: files where Dir is given
	Dir    string `yaml:"dir"`    // of the files besides those that ship; empty for none
}

// Files is where Vantelle keeps the files that integrators push, and how large
// a file may be.
type Files struct {
	Path string `yaml:"path"` // of the folder
	Size Size   `yaml:"size"` // of one file, pushed or given out
}

// FileRoot is a folder below which files of a dossier's rows are.
type FileRoot struct {
	Root string   `yaml:"root"` // what profiles call it; several folders may have one name
	Path string   `yaml:"path"`
	From []string `yaml:"from"` // how absolute paths in the ERP begin that mean it
}

// The sources of profiles.
const (
	ProfilesInDirectory = "directory" // changed over the API and the command line
	ProfilesInFiles     = "files"     // changed in their files alone
)

// InFiles tells whether the profiles come from files.
func (p Profiles) InFiles() bool {
	return p.Source == ProfilesInFiles || p.Source == "" && p.Dir != ""
}

// Log is what is logged, and how.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn or error
	Format string `yaml:"format"` // json or console

	File    string `yaml:"file"`     // of the service's log; empty for standard error
	MaxSize Size   `yaml:"max_size"` // after which the file is set aside
	Keep    int    `yaml:"keep"`     // files set aside that are kept
}

// Limits bound what one request may ask and get.
type Limits struct {
	Text   Size     `yaml:"text"`    // of a statement
	Depth  int      `yaml:"depth"`   // of nesting
	Nodes  int      `yaml:"nodes"`   // of its tree
	Joins  int      `yaml:"joins"`   // tables joined, the first one included
	InList int      `yaml:"in_list"` // values of one IN (…)
	Params int      `yaml:"params"`
	Rows   int      `yaml:"rows"`
	Writes int      `yaml:"writes"` // rows that one request inserts, changes or deletes
	Bytes  Size     `yaml:"bytes"`  // of values in an answer
	Time   Duration `yaml:"time"`
	Page   int      `yaml:"page"` // rows of a page where the request names no limit

	Load LoadLimits `yaml:"load"`
}

// LoadLimits bound how many requests are answered at once.
type LoadLimits struct {
	Dossier      int      `yaml:"dossier"`       // requests of one dossier at a time; 0 for no limit, as below
	Customer     int      `yaml:"customer"`      // of one customer with one key
	Queue        int      `yaml:"queue"`         // of one dossier that wait
	Wait         Duration `yaml:"wait"`          // how long
	KeyRate      int      `yaml:"key_rate"`      // requests of one key in a second
	CustomerRate int      `yaml:"customer_rate"` // of one customer with one key
}

// Sync bounds the synchronisation as a whole.
type Sync struct {
	Parallel int      `yaml:"parallel"` // dossiers at a time
	Keep     Duration `yaml:"keep"`     // how long the history of runs is kept; 0 keeps everything
}

// Engine is a kind of ERP database.
type Engine string

// The engines that a dossier may name.
const (
	SQLite    Engine = "sqlite"
	Postgres  Engine = "postgres"
	SQLServer Engine = "sqlserver"
	MariaDB   Engine = "mariadb"
)

// Word is text among whose values are true and false, which may then be
// written without quotes.
type Word string

// Dossier is one ERP database.
type Dossier struct {
	Title  string `yaml:"title"`
	ERP    string `yaml:"erp"` // sage100, odoo, dolibarr or custom
	Engine Engine `yaml:"engine"`

	Path    string   `yaml:"path"` // sqlite: of the file
	DSN     Secret   `yaml:"dsn"`  // the others: the whole address
	DSNFile string   `yaml:"dsn_file"`
	Schemas []string `yaml:"schemas"` // postgres, sqlserver: whose tables are looked at; empty for public, or all

	// sqlserver and mariadb, instead of a dsn
	Server                 string `yaml:"server"`   // sqlserver: host or host\instance
	Instance               string `yaml:"instance"` // sqlserver
	Host                   string `yaml:"host"`     // mariadb
	Port                   int    `yaml:"port"`     // 0 for the usual one, or the instance's
	Socket                 string `yaml:"socket"`   // mariadb: path of a Unix socket
	Protocol               string `yaml:"protocol"` // sqlserver: auto, tcp, lpc or np
	Database               string `yaml:"database"`
	Auth                   string `yaml:"auth"` // sqlserver: sql, windows or kerberos
	User                   string `yaml:"user"`
	Password               Secret `yaml:"password"`
	PasswordFile           string `yaml:"password_file"`
	Encrypt                Word   `yaml:"encrypt"` // sqlserver: true, strict or false
	TLS                    Word   `yaml:"tls"`     // mariadb: true, skip-verify or false
	CAFile                 string `yaml:"ca_file"`
	TrustServerCertificate bool   `yaml:"trust_server_certificate"` // sqlserver
	HostNameInCertificate  string `yaml:"host_name_in_certificate"` // sqlserver
	CostLimit              int    `yaml:"cost_limit"`               // sqlserver; 0 for none

	DefaultProfile string      `yaml:"default_profile"`
	TimeZone       string      `yaml:"time_zone"`
	Schedule       string      `yaml:"schedule"` // cron, in TimeZone; empty for on demand only
	SyncAtStart    bool        `yaml:"sync_at_start"`
	SyncJitter     Duration    `yaml:"sync_jitter"` // the schedule's starts come up to so much later
	QuietHours     []string    `yaml:"quiet_hours"` // 22:30-01:00, in TimeZone
	FullSyncEvery  Duration    `yaml:"full_sync_every"`
	Guard          Guard       `yaml:"guard"`
	Dormant        string      `yaml:"dormant_customers"` // read or suspend
	Pools          Pools       `yaml:"pools"`
	Timeouts       Timeouts    `yaml:"timeouts"`
	TablesPrefix   string      `yaml:"tables_prefix"` // dolibarr: what the names of its tables begin with; empty to find it
	SyncOptions    SyncOptions `yaml:"sync_options"`
	Custom         Custom      `yaml:"custom"`
	Files          []FileRoot  `yaml:"files"`
	RequireActor   bool        `yaml:"require_actor"`
	Outbox         Delivery    `yaml:"outbox"`
}

// Guard is how much one run of the synchronisation may take away by itself.
type Guard struct {
	Removed int `yaml:"removed"` // customers, contacts or granted accesses each; 0 for no limit
	Share   int `yaml:"share"`   // of them, in percent; 0 for no limit
	Spared  int `yaml:"spared"`  // how many may always go
}

// Webhook is where news is sent to.
type Webhook struct {
	URL        string   `yaml:"url"`
	Secret     Secret   `yaml:"secret"` // signs the messages
	SecretFile string   `yaml:"secret_file"`
	Events     []string `yaml:"events"` // those that are sent; empty for all
}

// Pools bound the connections to one ERP database.
type Pools struct {
	Portal int `yaml:"portal"`
	Sync   int `yaml:"sync"`
}

// Timeouts bound what is waited for from one ERP database.
type Timeouts struct {
	Connect   Duration `yaml:"connect"`
	Statement Duration `yaml:"statement"` // of a portal's request
	Sync      Duration `yaml:"sync"`      // of a statement of the synchronisation
}

// Key is a portal backend's key, vk_…, that the configuration seeds.
type Key struct {
	Name      string   `yaml:"name"`
	Key       Secret   `yaml:"key"`
	KeyFile   string   `yaml:"key_file"`
	Dossiers  []string `yaml:"dossiers"` // ids; at least one
	Developer bool     `yaml:"developer"`
}
