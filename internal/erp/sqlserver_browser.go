package erp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// browserPort is where the SQL Server Browser service listens, over UDP.
const browserPort = "1434"

// browser asks a machine's SQL Server Browser on which port an instance
// listens (the SQL Server Resolution Protocol, MC-SQLR). Anybody can answer in
// its place, so that nothing but the port on the same machine is taken from it.
type browser struct{ port string }

// browserError is why an instance was not found.
type browserError struct {
	host, instance string
	silent         bool     // nobody answered
	known          []string // the instances that there are
	withoutTCP     bool     // the instance is there, and TCP is off
	err            error
}

func (e *browserError) Error() string {
	switch {
	case e.silent:
		return fmt.Sprintf("the SQL Server Browser of %s does not answer: %v", e.host, e.err)
	case e.withoutTCP:
		return fmt.Sprintf("the instance %s of %s does not listen on TCP", e.instance, e.host)
	case len(e.known) == 0:
		return fmt.Sprintf("the SQL Server Browser of %s knows no instance", e.host)
	}
	return fmt.Sprintf("%s has no instance %s, but %s", e.host, e.instance, strings.Join(e.known, ", "))
}

func (e *browserError) Unwrap() error { return e.err }

// find gives the TCP port of an instance. Its errors are *browserError.
func (b browser) find(ctx context.Context, host, instance string) (uint16, error) {
	answer, err := b.ask(ctx, host)
	if err != nil {
		return 0, &browserError{host: host, instance: instance, silent: true, err: err}
	}
	instances := parseInstances(answer)
	for _, i := range instances {
		if !strings.EqualFold(i["InstanceName"], instance) {
			continue
		}
		port, err := strconv.ParseUint(i["tcp"], 10, 16)
		if err != nil || port == 0 {
			return 0, &browserError{host: host, instance: instance, withoutTCP: true}
		}
		return uint16(port), nil
	}
	failed := &browserError{host: host, instance: instance}
	for _, i := range instances {
		failed.known = append(failed.known, i["InstanceName"])
	}
	slices.Sort(failed.known)
	return 0, failed
}

// Instance is an instance of SQL Server that its machine's Browser tells of.
type Instance struct {
	Name, Version string
	Port          uint16 // 0 where it does not listen on TCP
}

// Instances asks the SQL Server Browser of a machine, HOST or HOST:PORT, for
// all instances there, sorted by name. Whoever answers in its place can invent
// some.
func Instances(ctx context.Context, machine string) ([]Instance, error) {
	host, port, err := net.SplitHostPort(machine)
	if err != nil {
		host, port = machine, browserPort
	}
	answer, err := browser{port}.ask(ctx, host)
	if err != nil {
		return nil, &browserError{host: host, silent: true, err: err}
	}
	var all []Instance
	for _, i := range parseInstances(answer) {
		port, _ := strconv.ParseUint(i["tcp"], 10, 16) // 0 where it is none
		all = append(all, Instance{i["InstanceName"], i["Version"], uint16(port)})
	}
	slices.SortFunc(all, func(a, b Instance) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// ask sends CLNT_UCAST_EX, which asks for every instance: asked for one that
// is not there, a Browser says nothing. A lost packet is sent again.
func (b browser) ask(ctx context.Context, host string) ([]byte, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "udp", net.JoinHostPort(host, b.port))
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }() // nothing was promised over UDP
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	answer := make([]byte, 1<<16)
	for range 3 {
		if ctx.Err() != nil {
			break
		}
		if err = conn.SetReadDeadline(time.Now().Add(browserPatience)); err != nil {
			return nil, err
		}
		if _, err = conn.Write([]byte{3}); err != nil {
			return nil, err
		}
		var n int
		if n, err = conn.Read(answer); err == nil {
			return answer[:n], nil
		}
		var netErr net.Error
		if !errors.As(err, &netErr) || !netErr.Timeout() {
			return nil, err // the machine refuses: waiting would not help
		}
	}
	return nil, errors.Join(ctx.Err(), err)
}

// browserPatience is how long one answer is waited for.
const browserPatience = time.Second

// parseInstances reads SVR_RESP: a byte 5, the length of the rest in two, and
// "key;value;key;value;;" for each instance.
func parseInstances(answer []byte) []map[string]string {
	if len(answer) < 3 || answer[0] != 5 {
		return nil
	}
	text := answer[3:]
	if said := int(answer[1]) | int(answer[2])<<8; said < len(text) {
		text = text[:said]
	}
	var instances []map[string]string
	for part := range strings.SplitSeq(strings.TrimRight(string(text), "\x00"), ";;") {
		words := strings.Split(part, ";")
		instance := map[string]string{}
		for i := 0; i+1 < len(words); i += 2 {
			instance[words[i]] = words[i+1]
		}
		if instance["InstanceName"] != "" {
			instances = append(instances, instance)
		}
	}
	return instances
}
