package main

import (
	"net"
	"sync"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

// As libsrtp in browsers.
const replayWindow = 1024

// What mediasoup says of one of its consumers.
type consumer struct {
	Kind          string `json:"kind"`
	RtpParameters struct {
		Codecs []struct {
			MimeType     string `json:"mimeType"`
			PayloadType  uint8  `json:"payloadType"`
			ClockRate    uint32 `json:"clockRate"`
			RtcpFeedback []struct {
				Type      string `json:"type"`
				Parameter string `json:"parameter"`
			} `json:"rtcpFeedback"`
		} `json:"codecs"`
		HeaderExtensions []struct {
			URI string `json:"uri"`
			ID  int    `json:"id"`
		} `json:"headerExtensions"`
		Encodings []struct {
			SSRC uint32 `json:"ssrc"`
			Rtx  struct {
				SSRC uint32 `json:"ssrc"`
			} `json:"rtx"`
		} `json:"encodings"`
	} `json:"rtpParameters"`
}

// What one receiver has received so far.
type counts struct {
	Receiver string `json:"receiver"`
	// From how many of its consumers anything has come.
	Streams int    `json:"streams"`
	Packets uint64 `json:"packets"`
	Bytes   uint64 `json:"bytes"`
	// Sequence numbers that did not come in their turn, whether or not they came again after a NACK.
	Lost uint64 `json:"lost"`
}

// A media is a connection with its keys: it opens what comes and answers as a browser would (receiver reports, NACK, transport-cc).
type media struct {
	line     net.Conn
	incoming *srtp.Context
	outgoing *srtp.Context
	sending  sync.Mutex
	// They read `packet` into `scratch` when they are told to.
	reports   interceptor.Interceptor
	nacks     interceptor.Interceptor
	readRTCP  interceptor.RTCPReader
	consumers []consumer
	packet    []byte
	scratch   []byte
	facts     interceptor.Attributes
	// Held where streams are counted.
	counting sync.Mutex
	streams  map[uint32]*stream
}

func newMedia(line net.Conn, config *srtp.Config, consumers []consumer) (*media, error) {
	m := &media{
		line:      line,
		consumers: consumers,
		scratch:   make([]byte, maxPacketBytes),
		facts:     interceptor.Attributes{},
		streams:   map[uint32]*stream{},
	}
	if err := m.openWith(config); err != nil {
		return nil, err
	}
	if err := m.bindReports(); err != nil {
		return nil, err
	}
	for _, given := range consumers {
		for _, encoding := range given.RtpParameters.Encodings {
			m.bind(given, encoding.SSRC, encoding.Rtx.SSRC)
		}
	}
	return m, nil
}

func (m *media) openWith(config *srtp.Config) (err error) {
	keys, profile := config.Keys, config.Profile
	protection := []srtp.ContextOption{srtp.SRTPReplayProtection(replayWindow), srtp.SRTCPReplayProtection(replayWindow)}
	m.incoming, err = srtp.CreateContext(keys.RemoteMasterKey, keys.RemoteMasterSalt, profile, protection...)
	if err != nil {
		return err
	}
	m.outgoing, err = srtp.CreateContext(keys.LocalMasterKey, keys.LocalMasterSalt, profile)
	return err
}

func (m *media) bindReports() error {
	receiverReports, err := report.NewReceiverInterceptor()
	if err != nil {
		return err
	}
	transportFeedback, err := twcc.NewSenderInterceptor()
	if err != nil {
		return err
	}
	nacks, err := nack.NewGeneratorInterceptor()
	if err != nil {
		return err
	}
	registry := &interceptor.Registry{}
	registry.Add(receiverReports)
	registry.Add(transportFeedback)
	if m.reports, err = registry.Build(""); err != nil {
		return err
	}
	if m.nacks, err = nacks.NewInterceptor(""); err != nil {
		return err
	}
	m.reports.BindRTCPWriter(interceptor.RTCPWriterFunc(m.send))
	m.nacks.BindRTCPWriter(interceptor.RTCPWriterFunc(m.send))
	m.readRTCP = m.reports.BindRTCPReader(interceptor.RTCPReaderFunc(m.current))
	return nil
}

// A consumer's stream, and that on which it is retransmitted.
func (m *media) bind(given consumer, ssrc, rtxSSRC uint32) {
	info := m.infoOf(given, ssrc)
	if len(given.RtpParameters.Codecs) > 0 {
		codec := given.RtpParameters.Codecs[0]
		info.PayloadType, info.MimeType, info.ClockRate = codec.PayloadType, codec.MimeType, codec.ClockRate
		for _, feedback := range codec.RtcpFeedback {
			known := interceptor.RTCPFeedback{Type: feedback.Type, Parameter: feedback.Parameter}
			info.RTCPFeedback = append(info.RTCPFeedback, known)
		}
	}
	current := interceptor.RTPReaderFunc(m.current)
	bound := &stream{reports: m.reports.BindRemoteStream(info, current), nacks: m.nacks.BindRemoteStream(info, current)}
	m.streams[ssrc] = bound
	if rtxSSRC != 0 {
		m.streams[rtxSSRC] = &stream{reports: m.bindUnknown(rtxSSRC), repairs: bound}
	}
}

// What comes on no consumer's stream (retransmissions, probes of the line) takes part in the reports too.
func (m *media) bindUnknown(ssrc uint32) interceptor.RTPReader {
	return m.reports.BindRemoteStream(m.infoOf(m.consumers[0], ssrc), interceptor.RTPReaderFunc(m.current))
}

func (m *media) infoOf(given consumer, ssrc uint32) *interceptor.StreamInfo {
	info := &interceptor.StreamInfo{SSRC: ssrc, ClockRate: 90_000}
	for _, extension := range given.RtpParameters.HeaderExtensions {
		known := interceptor.RTPHeaderExtension{URI: extension.URI, ID: extension.ID}
		info.RTPHeaderExtensions = append(info.RTPHeaderExtensions, known)
	}
	return info
}

func (m *media) current(into []byte, facts interceptor.Attributes) (int, interceptor.Attributes, error) {
	return copy(into, m.packet), facts, nil
}

// Takes one SRTP or SRTCP packet; one that cannot be opened is dropped. Only ever called from one place at a time.
func (m *media) take(packet []byte) {
	clear(m.facts)
	if len(packet) > 1 && packet[1] >= 192 && packet[1] <= 223 {
		plain, err := m.incoming.DecryptRTCP(nil, packet, nil)
		if err != nil {
			return
		}
		m.packet = plain
		_, _, _ = m.readRTCP.Read(m.scratch, m.facts)
		return
	}
	header := &rtp.Header{}
	headerBytes, err := header.Unmarshal(packet)
	if err != nil {
		return
	}
	plain, err := m.incoming.DecryptRTP(packet, packet, header)
	if err != nil {
		return
	}
	m.packet = plain
	from := m.count(header, len(plain))
	_, _, _ = from.reports.Read(m.scratch, m.facts)
	switch {
	case from.nacks != nil:
		_, _, _ = from.nacks.Read(m.scratch, m.facts)
	case from.repairs != nil && len(plain) >= headerBytes+2:
		// RFC 4588: the payload begins with the sequence number of what is sent again.
		copy(plain[2:4], plain[headerBytes:headerBytes+2])
		clear(m.facts)
		_, _, _ = from.repairs.nacks.Read(m.scratch, m.facts)
	}
}

func (m *media) count(header *rtp.Header, size int) *stream {
	m.counting.Lock()
	defer m.counting.Unlock()
	from, isKnown := m.streams[header.SSRC]
	if !isKnown {
		from = &stream{reports: m.bindUnknown(header.SSRC)}
		m.streams[header.SSRC] = from
	}
	from.count(header.SequenceNumber, size)
	return from
}

func (m *media) send(packets []rtcp.Packet, _ interceptor.Attributes) (int, error) {
	plain, err := rtcp.Marshal(packets)
	if err != nil {
		return 0, err
	}
	m.sending.Lock()
	defer m.sending.Unlock()
	packet, err := m.outgoing.EncryptRTCP(nil, plain, nil)
	if err != nil {
		return 0, err
	}
	return m.line.Write(packet)
}

func (m *media) counts(name string) counts {
	m.counting.Lock()
	defer m.counting.Unlock()
	sum := counts{Receiver: name}
	for _, one := range m.streams {
		if one.nacks == nil || one.packets == 0 {
			continue
		}
		sum.Streams += 1
		sum.Packets += one.packets
		sum.Bytes += one.bytes
		sum.Lost += one.expected - one.packets
	}
	return sum
}
