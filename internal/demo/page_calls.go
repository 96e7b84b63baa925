package demo

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/vantelle/vantelle/internal/identity"
)

// call is the request as a portal's backend would send it.
type call struct {
	Name string `json:"name"` // as in callNames
	Text string `json:"text"`
}

// callNames are the languages in which the page shows a call, in their order.
var callNames = []string{"curl", "PHP", "Node", "C#", "PowerShell"}

// calls writes one request in every language. Each takes the SQL by its own
// quotes, so that what is shown can be pasted whatever the SQL holds.
func calls(portal, customer, sql string) []call {
	address := strings.TrimSuffix(portal, "/") + "/v1/dossiers/" + Dossier + "/sql"
	write := []func(address, customer, sql string) string{curlCall, phpCall, nodeCall, csharpCall, powershellCall}
	list := make([]call, len(write))
	for i, f := range write {
		list[i] = call{callNames[i], f(address, customer, sql)}
	}
	return list
}

// headerCode spells a code as the header Vantelle-Customer takes it.
func headerCode(code string) string {
	return strings.ReplaceAll(url.PathEscape(code), ":", "%3A")
}

func curlCall(address, customer, sql string) string {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	_ = e.Encode(map[string]string{"sql": sql}) // a map of texts cannot fail
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
	return "curl " + quote(address) + " \\\n" +
		"  -H " + quote("Authorization: Bearer "+identity.DemoBackendKey) + " \\\n" +
		"  -H " + quote(identity.HeaderCustomer+": "+headerCode(customer)) + " \\\n" +
		"  -H 'Content-Type: application/json' \\\n" +
		"  -d " + quote(strings.TrimSpace(body.String()))
}

func phpCall(address, customer, sql string) string {
	mark := "SQL" // ends the text: it must not begin one of its lines
	for strings.Contains(sql, mark) {
		mark += "L"
	}
	quote := func(s string) string {
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
	}
	return `<?php
$sql = <<<'` + mark + `'
` + sql + `
` + mark + `;

$request = curl_init(` + quote(address) + `);
curl_setopt_array($request, [
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_HTTPHEADER => [
        'Authorization: Bearer ` + identity.DemoBackendKey + `',
        '` + identity.HeaderCustomer + `: ' . rawurlencode(` + quote(customer) + `),
        'Content-Type: application/json',
    ],
    CURLOPT_POSTFIELDS => json_encode(['sql' => $sql]),
]);
$answer = json_decode(curl_exec($request), true);

foreach ($answer['rows'] as $row) {
    echo implode(' | ', $row), "\n";
}`
}

func nodeCall(address, customer, sql string) string {
	template := "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`", "${", "\\${", "\r", "\\r").Replace(sql) + "`"
	return `const answer = await fetch(` + jsonText(address) + `, {
  method: 'POST',
  headers: {
    'Authorization': 'Bearer ` + identity.DemoBackendKey + `',
    '` + identity.HeaderCustomer + `': encodeURIComponent(` + jsonText(customer) + `),
    'Content-Type': 'application/json',
  },
  body: JSON.stringify({ sql: ` + template + ` }),
});
const { columns, rows, detail } = await answer.json();
if (!answer.ok) throw new Error(detail);

console.log(columns.map(c => c.name).join(' | '));
for (const row of rows) console.log(row.join(' | '));`
}

func csharpCall(address, customer, sql string) string {
	quotes := `"""` // more of them than the text has in a row
	for strings.Contains(sql, quotes) {
		quotes += `"`
	}
	return `using System.Net.Http.Json;
using System.Text.Json;

var sql = ` + quotes + `
` + indented(sql, "    ") + `
    ` + quotes + `;

using var http = new HttpClient();
http.DefaultRequestHeaders.Add("Authorization", "Bearer ` + identity.DemoBackendKey + `");
http.DefaultRequestHeaders.Add("` + identity.HeaderCustomer + `", Uri.EscapeDataString(` + jsonText(customer) + `));

var response = await http.PostAsJsonAsync(` + jsonText(address) + `, new { sql });
response.EnsureSuccessStatusCode();
var answer = await response.Content.ReadFromJsonAsync<JsonElement>();

foreach (var row in answer.GetProperty("rows").EnumerateArray())
    Console.WriteLine(string.Join(" | ", row.EnumerateArray()));`
}

func powershellCall(address, customer, sql string) string {
	// Windows PowerShell takes typographic quotes for its own.
	quote := func(s string) string {
		return "'" + strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛").Replace(s) + "'"
	}
	text := "@'\n" + sql + "\n'@"
	if strings.Contains("\n"+sql, "\n'@") {
		text = quote(sql)
	}
	return `$sql = ` + text + `

$request = @{
  Method      = 'Post'
  Uri         = ` + quote(address) + `
  Headers     = @{
    'Authorization'     = 'Bearer ` + identity.DemoBackendKey + `'
    '` + identity.HeaderCustomer + `' = [uri]::EscapeDataString(` + quote(customer) + `)
  }
  ContentType = 'application/json; charset=utf-8'
  Body        = @{ sql = $sql } | ConvertTo-Json
}
$answer = Invoke-RestMethod @request

$answer.rows | ForEach-Object { $_ -join ' | ' }`
}

// jsonText spells a text as JSON does, which JavaScript and C# take too.
func jsonText(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a text cannot fail
	return strings.TrimSpace(b.String())
}

// indented puts a margin before every line that is not empty.
func indented(s, margin string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = margin + line
		}
	}
	return strings.Join(lines, "\n")
}
