// Answers which connections a set of NetworkPolicies lets through, with the evaluator of kube-network-policies, a real data
// plane. It reads cases from standard input, one JSON object a line, and answers each with one line of JSON.
// It must not know anything of Placet: it judges what Placet generates.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"

	v1 "k8s.io/api/core/v1"
	"sigs.k8s.io/kube-network-policies/pkg/network"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

// A Query asks whether a new connection from one end to the other may be made. Exactly one of the pod ("namespace/name")
// and the IP is set at each end. Port is the port of the destination pod, not that of a Service in front of it.
type Query struct {
	FromPod  string `json:"fromPod"`
	FromIP   string `json:"fromIP"`
	ToPod    string `json:"toPod"`
	ToIP     string `json:"toIP"`
	Protocol string `json:"protocol"`
	Port     int    `json:"port"`
}

type Answer struct {
	Verdicts []bool `json:"verdicts,omitempty"`
	Error    string `json:"error,omitempty"`
}

func main() {
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	output := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(output)
	for {
		line, err := input.ReadBytes('\n')
		if len(line) > 1 {
			if encoder.Encode(answer(line)) != nil || output.Flush() != nil {
				os.Exit(1)
			}
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "network-policy-judge:", err)
			os.Exit(1)
		}
	}
}

func answer(line []byte) (result Answer) {
	defer func() {
		if problem := recover(); problem != nil {
			result = Answer{Error: fmt.Sprint("the evaluator panicked: ", problem)}
		}
	}()
	world, queries, err := readCase(line)
	if err != nil {
		return Answer{Error: err.Error()}
	}
	verdicts := make([]bool, 0, len(queries))
	for index, query := range queries {
		verdict, err := world.allows(query)
		if err != nil {
			return Answer{Error: fmt.Sprintf("query %d: %v", index, err)}
		}
		verdicts = append(verdicts, verdict)
	}
	return Answer{Verdicts: verdicts}
}

func (w *world) allows(query Query) (bool, error) {
	source, err := w.address(query.FromPod, query.FromIP)
	if err != nil {
		return false, err
	}
	destination, err := w.address(query.ToPod, query.ToIP)
	if err != nil {
		return false, err
	}
	// "A Pod cannot block access to itself", says the documentation. The data plane never sees such a packet, and so its
	// evaluator does not know.
	if source.Equal(destination) {
		return true, nil
	}
	protocol, err := protocolOf(v1.Protocol(query.Protocol))
	if err != nil {
		return false, err
	}
	if query.Port < 1 || query.Port > 65535 {
		return false, fmt.Errorf("port %d is not in 1-65535", query.Port)
	}
	engine := networkpolicy.NewPolicyEngine(w, w.evaluators)
	return engine.EvaluatePacket(context.Background(), &network.Packet{
		Family: family(destination), SrcIP: source, DstIP: destination, Proto: protocol, SrcPort: 40000, DstPort: query.Port,
	})
}

func (w *world) address(pod, ip string) (net.IP, error) {
	if (pod == "") == (ip == "") {
		return nil, fmt.Errorf("each end is either a pod or an ip, not %q and %q", pod, ip)
	}
	if pod != "" {
		known, ok := w.addresses[pod]
		if !ok {
			return nil, fmt.Errorf("there is no pod %q", pod)
		}
		ip = known
	}
	parsed := net.ParseIP(ip)
	if parsed == nil {
		return nil, fmt.Errorf("%q is not an IP address", ip)
	}
	return parsed, nil
}

func family(ip net.IP) v1.IPFamily {
	if ip.To4() != nil {
		return v1.IPv4Protocol
	}
	return v1.IPv6Protocol
}
