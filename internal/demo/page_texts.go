package demo

import (
	"fmt"
	"strings"
)

// text gives a text of the page in a language. A key that is not in the table
// is a mistake in the page.
func text(lang, key string) (string, error) {
	s, ok := texts[key]
	if !ok {
		return "", fmt.Errorf("the page has no text %q", key)
	}
	return s.in(lang), nil
}

// scriptTexts are the texts that the page's script puts in: those under "js.".
func scriptTexts(lang string) map[string]string {
	out := map[string]string{}
	for key, s := range texts {
		if name, ok := strings.CutPrefix(key, "js."); ok {
			out[name] = s.in(lang)
		}
	}
	return out
}

// texts is every sentence of the page but for the samples (page_cases.go) and
// what the gate itself says, which is English on every front.
var texts = map[string]said{
	"title":    {"Vantelle: one request, two customers", "Vantelle : une requête, deux clients"},
	"skip":     {"Skip to the request", "Aller à la requête"},
	"language": {"Language", "Langue"},
	"demo":     {"demonstration", "démonstration"},
	"noscript": {"This page runs requests with JavaScript; switch it on to try them.", "Cette page exécute des requêtes avec JavaScript ; activez-le pour les essayer."},

	"headline": {"One request. To each customer his own rows.", "Une requête. À chaque client ses seules lignes."},
	"lede": {
		"Your portal sends ordinary SQL on behalf of one customer. Vantelle puts that customer’s profile inside every table the query names, runs it on the ERP, and lets through his rows, and nothing of anybody else’s.",
		"Votre portail envoie du SQL ordinaire au nom d’un client. Vantelle place le profil de ce client à l’intérieur de chaque table citée, exécute la requête sur l’ERP et laisse passer ses lignes, et aucune autre."},
	"lede.data": {
		"Here it stands before “Bijou”, the Sage 100 dossier of an invented jeweller. Everything below runs for real, on this machine.",
		"Ici, il est placé devant « Bijou », le dossier Sage 100 d’un bijoutier imaginaire. Tout ce qui suit s’exécute réellement, sur cette machine."},
	"drawing":        {"A lock gate: much water behind it, and a small sluice that lets a little through.", "Une porte d’écluse : beaucoup d’eau derrière, et une petite vantelle qui en laisse passer un peu."},
	"drawing.erp":    {"the ERP", "l’ERP"},
	"drawing.portal": {"the portal", "le portail"},

	"ask":          {"Ask once", "Demandez une fois"},
	"ask.lede":     {"Choose an example or write your own. No query here says whose rows it wants.", "Choisissez un exemple ou écrivez le vôtre. Aucune requête ne dit ici de qui elle veut les lignes."},
	"examples":     {"Examples", "Exemples"},
	"sql":          {"SQL, as the portal would send it", "SQL, tel que le portail l’enverrait"},
	"run":          {"Run as both customers", "Exécuter pour les deux clients"},
	"run.keys":     {"or Ctrl + Enter", "ou Ctrl + Entrée"},
	"left":         {"As customer", "En tant que client"},
	"right":        {"And as customer", "Et en tant que client"},
	"noaccess":     {"no access granted", "aucun accès accordé"},
	"meter":        {"Without the filter: what a forgotten WHERE would publish", "Sans le filtre : ce qu’un WHERE oublié publierait"},
	"meter.honest": {"Counted on the bare tables that this request reads, past the filter, for this demonstration only; a customer’s part is counted through it.", "Compté sur les tables brutes que lit cette requête, hors filtre, pour cette démonstration seulement ; la part d’un client est comptée à travers lui."},

	"printed":        {"The SQL that ran", "Le SQL qui a été exécuté"},
	"printed.lede":   {"Written anew from a tree in which every name was resolved: no text of the request reaches the ERP. Line breaks are added here for reading.", "Réécrit à partir d’un arbre où chaque nom a été résolu : aucun texte de la requête n’atteint l’ERP. Les retours à la ligne sont ajoutés ici pour la lecture."},
	"engines":        {"Database engine", "Moteur de base de données"},
	"ran":            {"ran here", "exécuté ici"},
	"legend":         {"Row filter, put in by Vantelle from the profile", "Filtre de lignes, placé par Vantelle d’après le profil"},
	"legend.engines": {"Here SQLite runs; for the other engines the same tree is written in their dialect.", "Ici, SQLite exécute ; pour les autres moteurs, le même arbre est écrit dans leur dialecte."},
	"params":         {"Parameters", "Paramètres"},
	"params.lede":    {"Values travel beside the statement, never in it.", "Les valeurs voyagent à côté de l’instruction, jamais dedans."},

	"break":      {"Try to break it", "Essayez de le contourner"},
	"break.lede": {"Known ways round a filter, asked as the customer on the left. Change them as you like.", "Des façons connues de contourner un filtre, demandées au nom du client de gauche. Modifiez-les à votre guise."},
	"attacks":    {"Attempts", "Tentatives"},
	"attack.sql": {"The attempt", "La tentative"},
	"attack.run": {"Try it", "Essayer"},
	"attack.all": {"Try all of them", "Tout essayer"},
	"attack.none": {
		"Choose an attempt: it either gives the customer’s own rows, or a refusal with a code, a sentence and the place.",
		"Choisissez une tentative : elle donne soit les lignes du client, soit un refus avec un code, une phrase et l’endroit."},

	"calls":       {"The same call from your portal", "Le même appel depuis votre portail"},
	"calls.lede":  {"The request above, as the customer on the left. The key is the demonstration’s; the customer is a header that only your backend sets.", "La requête ci-dessus, au nom du client de gauche. La clé est celle de la démonstration ; le client est un en-tête que seul votre serveur fixe."},
	"calls.tabs":  {"Language", "Langage"},
	"copy":        {"Copy", "Copier"},
	"calls.where": {"The portal’s API listens on", "L’API du portail écoute sur"},

	"footer": {
		"A vantelle is the small sluice in a lock gate: it lets through just the water it should, and no more. Bijou and its customers are invented; this page sends nothing off this machine.",
		"Une vantelle est la petite vanne d’une porte d’écluse : elle laisse passer juste l’eau qu’il faut, et pas plus. Bijou et ses clients sont imaginaires ; cette page n’envoie rien hors de cette machine."},

	"js.rows.one":         {"{n} row", "{n} ligne"},
	"js.rows.other":       {"{n} rows", "{n} lignes"},
	"js.rows.more":        {"more than {n} rows", "plus de {n} lignes"},
	"js.shown":            {"the first {n} are shown", "les {n} premières sont affichées"},
	"js.ms":               {"{n} ms", "{n} ms"},
	"js.running":          {"Running…", "Exécution…"},
	"js.refused":          {"Refused", "Refusé"},
	"js.norows":           {"No row. For this customer there is nothing of the kind.", "Aucune ligne. Pour ce client, il n’y a rien de tel."},
	"js.table":            {"Rows of {customer}", "Lignes de {customer}"},
	"js.place":            {"line {line}, character {column}", "ligne {line}, caractère {column}"},
	"js.failed":           {"The demonstration does not answer: is it still running?", "La démonstration ne répond pas : fonctionne-t-elle encore ?"},
	"js.meter":            {"{rows}, with {customers} in them", "{rows}, où figurent {customers}"},
	"js.meter.nobody":     {"{rows}, nobody’s in particular", "{rows}, à personne en particulier"},
	"js.meter.whole":      {"the whole table {table}", "la table {table} entière"},
	"js.customers.one":    {"{n} customer", "{n} client"},
	"js.customers.other":  {"{n} customers", "{n} clients"},
	"js.sees":             {"{customer} sees {n}", "{customer} en voit {n}"},
	"js.sees.nothing":     {"{customer} sees nothing", "{customer} ne voit rien"},
	"js.meter.bar":        {"{customer}: {n} of {rows}", "{customer} : {n} sur {rows}"},
	"js.meter.refused":    {"The request is refused: it reads nothing.", "La requête est refusée : elle ne lit rien."},
	"js.meter.notable":    {"The request reads no table.", "La requête ne lit aucune table."},
	"js.printed.refused":  {"Nothing ran: the request was refused before any SQL was written.", "Rien n’a été exécuté : la requête a été refusée avant qu’aucun SQL ne soit écrit."},
	"js.engine.refused":   {"This engine cannot say it:", "Ce moteur ne sait pas l’exprimer :"},
	"js.noparams":         {"None: the statement needs no value.", "Aucun : l’instruction n’a besoin d’aucune valeur."},
	"js.from.identity":    {"from the caller’s access", "de l’accès de l’appelant"},
	"js.from.literal":     {"a value written in the request", "une valeur écrite dans la requête"},
	"js.from.position":    {"a parameter of the request", "un paramètre de la requête"},
	"js.from.named":       {"the request’s :{name}", "le :{name} de la requête"},
	"js.copied":           {"Copied", "Copié"},
	"js.copyfailed":       {"Select the text and copy it", "Sélectionnez le texte et copiez-le"},
	"js.attack.refused":   {"Refused before anything ran.", "Refusé avant toute exécution."},
	"js.attack.answered":  {"Answered, and harmless: {rows}, nothing beyond what {customer} may see.", "Répondu, sans dommage : {rows}, rien au-delà de ce que {customer} peut voir."},
	"js.attack.nothing":   {"Answered, and harmless: no row.", "Répondu, sans dommage : aucune ligne."},
	"js.attack.progress":  {"{n} of {total}…", "{n} sur {total}…"},
	"js.attack.score":     {"{total} attempts as {customer}: {refused} refused, {answered} answered from his own rows alone.", "{total} tentatives en tant que {customer} : {refused} refusées, {answered} servies depuis ses seules lignes."},
	"js.attack.broken":    {"{n} could not be tried.", "{n} n’ont pas pu être essayées."},
	"js.badge.refused":    {"refused", "refusé"},
	"js.badge.failed":     {"failed", "échec"},
	"js.why.unknown_name": {"Outside the profile nothing exists. Hidden and absent get the same answer.", "Hors du profil, rien n’existe. Caché ou absent, la réponse est la même."},
	"js.why.can_fail":     {"It could fail on a row that is somebody else’s, and the error would tell.", "Cela pourrait échouer sur la ligne de quelqu’un d’autre, et l’erreur parlerait."},
	"js.why.sql_syntax":   {"What cannot be read is not run.", "Ce qui est illisible n’est pas exécuté."},
	"js.why.sql_unsupported": {
		"What Vantelle does not know for certain, it does not pass on.",
		"Ce que Vantelle ne connaît pas avec certitude, il ne le transmet pas."},
	"js.why.no_access":      {"No access granted, no rows: a revoked access ends with the next request.", "Sans accès accordé, aucune ligne : un accès révoqué cesse dès la requête suivante."},
	"js.why.param_mismatch": {"Parameters are the request’s own; the identity is not among them.", "Les paramètres sont ceux de la requête ; l’identité n’en fait pas partie."},
}
