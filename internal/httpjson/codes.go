package httpjson

import "net/http"

// Code is the stable name of what went wrong, the same on every front.
type Code string

// The codes. Every front and the documents take them from
// here; a code once published keeps its meaning.
const (
	BadRequest           Code = "bad_request"            // the request cannot be read
	SQLSyntax            Code = "sql_syntax"             // the statement cannot be read
	SQLUnsupported       Code = "sql_unsupported"        // it can be read and is not offered
	UnknownName          Code = "unknown_name"           // no such table, column or function in the view
	TypeMismatch         Code = "type_mismatch"          // an operation on values of the wrong type
	CanFail              Code = "can_fail"               // it could fail on rows that are not the customer's
	LimitExceeded        Code = "limit_exceeded"         // longer, deeper or larger than the configuration allows
	FilterRequired       Code = "filter_required"        // the profile demands a condition on a column
	ParamMismatch        Code = "param_mismatch"         // parameters missing, left over or of the wrong type
	BadCursor            Code = "bad_cursor"             // a list cannot be continued from there by this request
	Unauthorized         Code = "unauthorized"           // no valid key or session
	NoSuchDossier        Code = "no_such_dossier"        // unknown, or not opened by this key
	NoAccess             Code = "no_access"              // the customer may not enter this dossier
	AmbiguousCustomer    Code = "ambiguous_customer"     // several customers have this code
	NotFound             Code = "not_found"              // nothing is at this address
	MethodNotAllowed     Code = "method_not_allowed"     //
	NotAcceptable        Code = "not_acceptable"         // no form of the answer that the caller accepts
	BodyTooLarge         Code = "body_too_large"         //
	UnsupportedMediaType Code = "unsupported_media_type" //
	Conflict             Code = "conflict"               // it contradicts what is there
	RuleRefused          Code = "rule_refused"           // a profile, a level or a transfer that must not take effect; findings say why
	PreconditionRequired Code = "precondition_required"  // If-Match is missing
	PreconditionFailed   Code = "precondition_failed"    // somebody changed it in the meantime
	ERPUnavailable       Code = "erp_unavailable"        // the ERP's database does not answer
	ERPTimeout           Code = "erp_timeout"            // it did not answer in time
	QueryFailed          Code = "query_failed"           // it refused the statement
	TooManyRequests      Code = "too_many_requests"      // of one key or customer
	Busy                 Code = "busy"                   // of a whole dossier
	DirectoryUnavailable Code = "directory_unavailable"  // the directory's database does not answer
	Cancelled            Code = "cancelled"              // the caller went away, or the access was withdrawn
	AuditUnavailable     Code = "audit_unavailable"      // nothing is answered that cannot be audited
	ReadOnly             Code = "read_only"              // it may be read, not written
	ValueRefused         Code = "value_refused"          // a value that its column does not take
	RowRefused           Code = "row_refused"            // a row that would not be the customer's
	ReferenceNotFound    Code = "reference_not_found"    // a row that points at nothing that is there
	DuplicateKey         Code = "duplicate_key"          // a row with this key is there already
	RuleViolated         Code = "rule_violated"          // the ERP's own rules refuse the row
	OutcomeUnknown       Code = "outcome_unknown"        // the ERP went away during the commit
	Internal             Code = "internal"               // anything else: the log knows more
)

// StatusClientClosed is the status of Cancelled; nobody is left to read it
// but the access log.
const StatusClientClosed = 499

type meaning struct {
	status int
	en, fr string // default titles
}

// meanings is the one table from codes to statuses and titles.
var meanings = map[Code]meaning{
	BadRequest:           {http.StatusBadRequest, "The request cannot be read", "La requête est illisible"},
	SQLSyntax:            {http.StatusBadRequest, "The SQL statement cannot be read", "L’instruction SQL est illisible"},
	SQLUnsupported:       {http.StatusBadRequest, "This SQL is not offered", "Ce SQL n’est pas proposé"},
	UnknownName:          {http.StatusBadRequest, "Unknown name", "Nom inconnu"},
	TypeMismatch:         {http.StatusBadRequest, "The types do not match", "Les types ne correspondent pas"},
	CanFail:              {http.StatusBadRequest, "The expression could fail", "L’expression pourrait échouer"},
	LimitExceeded:        {http.StatusBadRequest, "A limit is exceeded", "Une limite est dépassée"},
	FilterRequired:       {http.StatusBadRequest, "A filter is required", "Un filtre est obligatoire"},
	ParamMismatch:        {http.StatusBadRequest, "The parameters do not match", "Les paramètres ne correspondent pas"},
	BadCursor:            {http.StatusBadRequest, "The list cannot be continued", "La liste ne peut pas être poursuivie"},
	Unauthorized:         {http.StatusUnauthorized, "Not signed in", "Non authentifié"},
	NoSuchDossier:        {http.StatusNotFound, "No such dossier", "Dossier inconnu"},
	NoAccess:             {http.StatusForbidden, "No access", "Accès refusé"},
	AmbiguousCustomer:    {http.StatusConflict, "Several customers have this code", "Plusieurs clients portent ce code"},
	NotFound:             {http.StatusNotFound, "Not found", "Introuvable"},
	MethodNotAllowed:     {http.StatusMethodNotAllowed, "Method not allowed", "Méthode non autorisée"},
	NotAcceptable:        {http.StatusNotAcceptable, "No acceptable form of the answer", "Aucune forme de réponse acceptable"},
	BodyTooLarge:         {http.StatusRequestEntityTooLarge, "The body is too large", "Le corps est trop volumineux"},
	UnsupportedMediaType: {http.StatusUnsupportedMediaType, "Unsupported media type", "Type de contenu non pris en charge"},
	Conflict:             {http.StatusConflict, "Conflict", "Conflit"},
	RuleRefused:          {http.StatusUnprocessableEntity, "This rule cannot take effect", "Cette règle ne peut pas entrer en vigueur"},
	PreconditionRequired: {http.StatusPreconditionRequired, "If-Match is required", "If-Match est obligatoire"},
	PreconditionFailed:   {http.StatusPreconditionFailed, "Changed in the meantime", "Modifié entre-temps"},
	ERPUnavailable:       {http.StatusServiceUnavailable, "The ERP is unavailable", "L’ERP est indisponible"},
	ERPTimeout:           {http.StatusGatewayTimeout, "The ERP did not answer in time", "L’ERP n’a pas répondu à temps"},
	QueryFailed:          {http.StatusBadGateway, "The query failed", "La requête a échoué"},
	TooManyRequests:      {http.StatusTooManyRequests, "Too many requests", "Trop de requêtes"},
	Busy:                 {http.StatusServiceUnavailable, "Busy", "Occupé"},
	DirectoryUnavailable: {http.StatusServiceUnavailable, "The directory is unavailable", "L’annuaire est indisponible"},
	Cancelled:            {StatusClientClosed, "Cancelled", "Annulé"},
	AuditUnavailable:     {http.StatusServiceUnavailable, "The audit is unavailable", "L’audit est indisponible"},
	ReadOnly:             {http.StatusForbidden, "Read only", "Lecture seule"},
	ValueRefused:         {http.StatusUnprocessableEntity, "A value is refused", "Une valeur est refusée"},
	RowRefused:           {http.StatusForbidden, "A row is refused", "Une ligne est refusée"},
	ReferenceNotFound:    {http.StatusConflict, "The reference leads nowhere", "La référence ne mène nulle part"},
	DuplicateKey:         {http.StatusConflict, "The key is there already", "La clé existe déjà"},
	RuleViolated:         {http.StatusConflict, "A rule of the ERP is violated", "Une règle de l’ERP est violée"},
	OutcomeUnknown:       {http.StatusBadGateway, "The outcome is unknown", "Le résultat est inconnu"},
	Internal:             {http.StatusInternalServerError, "Internal error", "Erreur interne"},
}

// meaningOf takes an unknown code for Internal.
func meaningOf(c Code) (Code, meaning) {
	if m, ok := meanings[c]; ok {
		return c, m
	}
	return Internal, meanings[Internal]
}

// Status is the HTTP status of a code; an unknown code is internal.
func Status(c Code) int {
	_, m := meaningOf(c)
	return m.status
}
