package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/vantelle/vantelle/internal/bench/figure"
)

// client sends one request again and again over one connection. It is no
// http.Client: what the client itself takes would be most of the measurement.
type client struct {
	conn    net.Conn
	in      *bufio.Reader
	request []byte
	body    []byte
}

func dial(address, path string, header http.Header) (*client, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	var request bytes.Buffer
	fmt.Fprintf(&request, "GET %s HTTP/1.1\r\nHost: %s\r\n", path, address)
	if err := header.Write(&request); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	request.WriteString("\r\n")
	return &client{conn: conn, in: bufio.NewReaderSize(conn, 16<<10), request: request.Bytes()}, nil
}

// ask sends the request and gives the body of the answer, which must be 200 and
// say its length. The body is the client's until the next call.
func (c *client) ask() ([]byte, error) {
	if _, err := c.conn.Write(c.request); err != nil {
		return nil, err
	}
	status, err := c.in.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	ok := bytes.HasPrefix(status, []byte("HTTP/1.1 200 "))
	said := string(bytes.TrimSpace(status))
	length := -1
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		if string(name) == "Content-Length" {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return nil, err
			}
		}
	}
	if length < 0 {
		return nil, fmt.Errorf("the answer %s does not say its length", said)
	}
	if cap(c.body) < length {
		c.body = make([]byte, length)
	}
	c.body = c.body[:length]
	if _, err := io.ReadFull(c.in, c.body); err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("the answer is %s: %s", said, c.body)
	}
	return c.body, nil
}

// load lets so many clients ask for about so long and measures every answer.
func load(ctx context.Context, clients []*client, about time.Duration) (figure.Sample, error) {
	type result struct {
		micros []float64
		err    error
	}
	results := make(chan result, len(clients))
	begun, used := time.Now(), processorTime()
	end := begun.Add(about)
	for _, c := range clients {
		go func() {
			var r result
			for now := time.Now(); now.Before(end) && ctx.Err() == nil; {
				if _, r.err = c.ask(); r.err != nil {
					break
				}
				after := time.Now()
				r.micros = append(r.micros, float64(after.Sub(now).Nanoseconds())/1000)
				now = after
			}
			results <- r
		}()
	}
	var micros []float64
	var errs []error
	for range clients {
		r := <-results
		micros = append(micros, r.micros...)
		errs = append(errs, r.err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return figure.Sample{
		"processor":  float64((processorTime() - used).Nanoseconds()) / 1000 / float64(len(micros)),
		"per second": float64(len(micros)) / time.Since(begun).Seconds(),
		"p50":        figure.Median(micros),
		"p99":        figure.Quantile(micros, 0.99),
		"max":        figure.Quantile(micros, 1),
	}, nil
}
