// Command receivers plays many people who receive one lesson over WebRTC and look at none of it: ICE, DTLS, SRTP and the RTCP of a browser,
// without decoding. It is told over its standard input what to receive and answers over its standard output, one JSON value a line each:
//
//	{"receiver", "transport", "consumers"}  opens one; answered by {"receiver", "dtlsParameters"}, later perhaps by {"receiver", "failed"}
//	{"count": n}                            answered by {"count": n, "receivers": […]}: what each has received so far
//
// It ends with its standard input.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
)

type order struct {
	Receiver  string         `json:"receiver"`
	Transport transportOffer `json:"transport"`
	Consumers []consumer     `json:"consumers"`
	Count     int            `json:"count"`
}

type opened struct {
	Receiver       string         `json:"receiver"`
	DtlsParameters dtlsParameters `json:"dtlsParameters"`
}

type failed struct {
	Receiver string `json:"receiver"`
	Failed   string `json:"failed"`
}

type counted struct {
	Count     int      `json:"count"`
	Receivers []counts `json:"receivers"`
}

// A consumer's parameters are larger than what a scanner takes by itself.
const maxLineBytes = 1 << 20

type answers struct {
	mutex   sync.Mutex
	encoder *json.Encoder
}

func (a *answers) write(answer any) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if err := a.encoder.Encode(answer); err != nil {
		os.Exit(1)
	}
}

func main() {
	out := &answers{encoder: json.NewEncoder(os.Stdout)}
	// The libraries log to what is the standard output when they are first used; that is for answers.
	os.Stdout = os.Stderr
	if err := serve(os.Stdin, out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out *answers) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLineBytes)
	var all []*receiver
	for lines.Scan() {
		var given order
		if err := json.Unmarshal(lines.Bytes(), &given); err != nil {
			return err
		}
		if given.Receiver == "" {
			out.write(countAll(given.Count, all))
			continue
		}
		one, err := newReceiver(given)
		if err != nil {
			out.write(failed{given.Receiver, err.Error()})
			continue
		}
		all = append(all, one)
		out.write(opened{one.name, one.dtlsParameters()})
		go func() {
			if err := one.receive(given.Transport); err != nil {
				out.write(failed{one.name, err.Error()})
			}
		}()
	}
	return lines.Err()
}

func countAll(number int, all []*receiver) counted {
	answer := counted{number, make([]counts, 0, len(all))}
	for _, one := range all {
		answer.Receivers = append(answer.Receivers, one.counts())
	}
	return answer
}
