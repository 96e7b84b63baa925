package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/erpshape"
)

// TestNobodyLearnsOfAnothersRequests: Beta tries every way to Alpha's entry in the
// outbox, by its id, its key and its words; each gives what an entry gives that
// never was, byte for byte.
func TestNobodyLearnsOfAnothersRequests(t *testing.T) {
	taking(t, func(t *testing.T, h *house) {
		id := h.send(erpshape.SageAlpha, anOrder, "Idempotency-Key", "cart 7").entry(t).ID
		never := strings.Repeat("0", len(id))
		for _, path := range []string{
			"requests/ID", "requests/ID?select=*", "requests/%20ID", "requests/ID%00", "requests/ID%2F", "requests?id=eq.ID", "requests?id=in.(ID)", "requests?id=in.(%22ID%22,x)",
			"requests?id=neq.ID", "requests?id=like.ID*", "requests?id=eq.ID&kind=eq.order", "requests?id=eq.ID&state=in.(received,taken,refused,done)", "requests?id=eq.ID&limit=0",
			"requests?id=eq.ID&offset=1", "rows/requests?id=eq.ID", "rows/requests?id=eq.ID&select=id", "rows/requests?id=not.eq.ID", "rows/requests?or=(id.eq.ID)", "rows/REQUESTS?id=eq.ID",
		} {
			for _, method := range []string{"GET", "HEAD"} {
				own := h.requests(method, erpshape.SageBeta, strings.ReplaceAll(path, "ID", id), "")
				none := h.requests(method, erpshape.SageBeta, strings.ReplaceAll(path, "ID", never), "")
				if strings.ReplaceAll(own.same(), id, never) != none.same() || strings.Contains(own.body, "PO 1") {
					t.Errorf("%s %s: %s, and of one that never was: %s", method, path, own.same(), none.same())
				}
			}
		}
		for _, query := range []string{"", "?limit=999", "?order=id.asc", "?kind=eq.order", "?state=eq.received", "?offset=0&limit=1"} {
			if got := h.listed(erpshape.SageBeta, query); len(got) != 0 {
				t.Errorf("Beta's list%s has %v", query, got)
			}
		}
		for _, method := range []string{"PATCH", "DELETE", "PUT"} {
			for _, path := range []string{"requests/ID", "rows/requests?id=eq.ID"} {
				own := h.requests(method, erpshape.SageBeta, strings.ReplaceAll(path, "ID", id), `{"state": "done"}`)
				none := h.requests(method, erpshape.SageBeta, strings.ReplaceAll(path, "ID", never), `{"state": "done"}`)
				if own.same() != none.same() || own.status < 400 {
					t.Errorf("%s %s: %s, and of one that never was: %s", method, path, own.same(), none.same())
				}
			}
		}
		// Alpha's key, with Alpha's words and with others: both are Beta's first.
		his := h.send(erpshape.SageBeta, anOrder, "Idempotency-Key", "cart 7")
		his.want(t, 201, "")
		if got := his.entry(t).ID; got == id || his.header.Get("Idempotent-Replayed") != "" {
			t.Errorf("by Alpha's key Beta gets %s", his.body)
		}
		if got := h.requests("GET", erpshape.SageAlpha, "requests/"+id, "").entry(t); got.State != "received" {
			t.Errorf("Alpha's entry is %v", got)
		}
	})
}

// TestOddRequestsAreNobodyElses sends what no client library does, byte by byte:
// each is refused, or is answered for the customer that it names, once.
func TestOddRequestsAreNobodyElses(t *testing.T) {
	taking(t, func(t *testing.T, h *house) {
		at, err := url.Parse(h.portal)
		if err != nil {
			t.Fatal(err)
		}
		alphas, betas := h.pieces(erpshape.SageAlpha), h.pieces(erpshape.SageBeta)
		const path = "/v1/dossiers/sage/rows/F_DOCENTETE?select=DO_Piece"
		key := "Authorization: Bearer " + portalKey + "\r\n"
		alpha := "Vantelle-Customer: " + erpshape.SageAlpha + "\r\n"
		beta := "Vantelle-Customer: " + erpshape.SageBeta + "\r\n"
		host := "Host: portal\r\n"
		behind := "GET " + path + " HTTP/1.1\r\n" + host + key + beta + "Connection: close\r\n\r\n"
		for what, c := range map[string]struct {
			raw     string
			answers []int // their statuses; 0 for any refusal
		}{
			"a plain one":                           {"GET " + path + " HTTP/1.1\r\n" + host + key + alpha + "Connection: close\r\n\r\n", []int{200}},
			"the customer twice":                    {"GET " + path + " HTTP/1.1\r\n" + host + key + alpha + beta + "Connection: close\r\n\r\n", []int{400}},
			"the customer twice, in other letters":  {"GET " + path + " HTTP/1.1\r\n" + host + key + alpha + strings.ToLower(beta) + "Connection: close\r\n\r\n", []int{400}},
			"the customer twice, one empty":         {"GET " + path + " HTTP/1.1\r\n" + host + key + "Vantelle-Customer:\r\n" + alpha + "Connection: close\r\n\r\n", []int{400}},
			"the customer with an underscore":       {"GET " + path + " HTTP/1.1\r\n" + host + key + alpha + strings.Replace(beta, "-", "_", 1) + "Connection: close\r\n\r\n", []int{200}},
			"a blank before the colon":              {"GET " + path + " HTTP/1.1\r\n" + host + key + alpha + strings.Replace(beta, ":", " :", 1) + "Connection: close\r\n\r\n", []int{0}},
			"a folded header":                       {"GET " + path + " HTTP/1.1\r\n" + host + key + strings.Replace(alpha, ": ", ":\r\n ", 1) + "Connection: close\r\n\r\n", []int{200}},
			"a header in the trailer":               {"POST /v1/dossiers/sage/sql HTTP/1.1\r\n" + host + key + alpha + "Content-Type: application/json\r\nTrailer: Vantelle-Customer\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2d\r\n{\"sql\": \"SELECT DO_Piece FROM F_DOCENTETE\"  }\r\n0\r\n" + beta + "\r\n", []int{200}},
			"two lengths":                           {"POST /v1/dossiers/sage/sql HTTP/1.1\r\n" + host + key + alpha + "Content-Length: 0\r\nContent-Length: " + strconv.Itoa(len(behind)) + "\r\n\r\n" + behind, []int{0}},
			"another transfer coding":               {"POST /v1/dossiers/sage/sql HTTP/1.1\r\n" + host + key + alpha + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + behind, []int{0}},
			"a chunk that is longer than it is":     {"POST /v1/dossiers/sage/sql HTTP/1.1\r\n" + host + key + alpha + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n-1\r\nx\r\n0\r\n\r\n", []int{0}},
			"a whole address as the target":         {"GET http://elsewhere" + path + " HTTP/1.1\r\n" + host + key + alpha + "Connection: close\r\n\r\n", []int{200}},
			"a fragment in the target":              {"GET " + path + "#&select=DO_Tiers HTTP/1.1\r\n" + host + key + alpha + "Connection: close\r\n\r\n", []int{0}},
			"a line feed in the target, encoded":    {"GET " + path + "%0d%0aVantelle-Customer:%20" + erpshape.SageBeta + " HTTP/1.1\r\n" + host + key + alpha + "Connection: close\r\n\r\n", []int{0}},
			"no version":                            {"GET " + path + "\r\n\r\n", []int{0}},
			"an upgrade":                            {"GET " + path + " HTTP/1.1\r\n" + host + key + alpha + "Connection: Upgrade, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", []int{200}},
			"two schemes in one header":             {"GET " + path + " HTTP/1.1\r\n" + host + "Authorization: Basic eDp5, Bearer " + portalKey + "\r\n" + alpha + "Connection: close\r\n\r\n", []int{401}},
			"a key in the target":                   {"GET " + path + "&access_token=" + portalKey + " HTTP/1.1\r\n" + host + alpha + "Connection: close\r\n\r\n", []int{401}},
			"a key in a cookie":                     {"GET " + path + " HTTP/1.1\r\n" + host + "Cookie: Authorization=Bearer " + portalKey + "\r\n" + alpha + "Connection: close\r\n\r\n", []int{401}},
			"a token without a signature":           {"GET " + path + " HTTP/1.1\r\n" + host + "Authorization: Bearer eyJhbGciOiJub25lIn0.eyJjdXN0b21lciI6IkFMUEhBIn0.\r\n" + alpha + "Connection: close\r\n\r\n", []int{401}},
			"two requests on one line of the wire":  {"GET " + path + " HTTP/1.1\r\n" + host + key + alpha + "\r\n" + "GET " + path + " HTTP/1.1\r\n" + host + key + "Connection: close\r\n\r\n", []int{200, 400}},
			"two requests, the second without keys": {"GET " + path + " HTTP/1.1\r\n" + host + key + alpha + "\r\n" + "GET " + path + " HTTP/1.1\r\n" + host + alpha + "Connection: close\r\n\r\n", []int{200, 401}},
			"a length and chunks":                   {"POST /v1/dossiers/sage/sql HTTP/1.1\r\n" + host + key + alpha + "Content-Type: application/json\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n0\r\n\r\n", []int{0}},
		} {
			conn, err := net.DialTimeout("tcp", at.Host, 5*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
			if _, err := conn.Write([]byte(c.raw)); err != nil {
				t.Fatal(err)
			}
			if what == "a length and chunks" { // the connection may stay
				_ = conn.(*net.TCPConn).CloseWrite()
			}
			var got []int
			all := ""
			for in := bufio.NewReader(conn); ; {
				res, err := http.ReadResponse(in, nil)
				if err != nil {
					break
				}
				body, _ := io.ReadAll(res.Body)
				got, all = append(got, res.StatusCode), all+string(body)
			}
			_ = conn.Close()
			right := len(got) == len(c.answers)
			for i := range c.answers {
				right = right && (got[i] == c.answers[i] || c.answers[i] == 0 && got[i] >= 400)
			}
			if !right {
				t.Errorf("%s: answered %v, want %v: %s", what, got, c.answers, all)
			}
			for _, piece := range betas {
				if strings.Contains(all, piece) {
					t.Errorf("%s: Beta's %s is in %s", what, piece, all)
				}
			}
			if what == "a plain one" && !strings.Contains(all, alphas[0]) {
				t.Errorf("Alpha gets %s", all)
			}
		}
	})
}
