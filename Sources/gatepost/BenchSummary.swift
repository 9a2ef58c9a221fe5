internal import LoadGenerator

/// What `gatepost bench` prints.
struct BenchSummary {
  private static let percentiles = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)]

  private let report: LoadReport
  private let plan: LoadPlan

  init(_ report: LoadReport, _ plan: LoadPlan) {
    self.report = report
    self.plan = plan
  }

  /// For a person.
  var text: String {
    let s = plan.connections == 1 ? "" : "s"
    var text =
      "\(plan.mode.rawValue), \(plan.connections) connection\(s) at one time, \(Self.rounded(report.seconds, 2)) s\n"
    text += "  answers     \(report.requests), \(Self.rounded(report.rate, 0)) a second\n"
    text += "  latency ms  \(Self.line(report.latency))\n"
    if plan.mode == .list {
      text += "  first byte  \(Self.line(report.firstByte))\n"
      text += "  accounts    \(report.accounts), \(Self.rounded(perSecond(report.accounts), 0)) a second\n"
    }
    text += "  own cost    \(Self.rounded(ownCost, 1)) µs of processor a request\n"
    for verdict in LoadReport.Verdict.allCases where verdict != .right && report.count(verdict) > 0 {
      text += "  WRONG       \(report.count(verdict)) \(meaning(verdict))\n"
    }
    return text
  }

  /// For a program; durations in microseconds.
  var json: JSONValue {
    var members: [JSONMember] = [
      JSONMember(key: "mode", value: .string(plan.mode.rawValue)),
      JSONMember(key: "connections", value: .int(plan.connections)),
      JSONMember(key: "seconds", value: .double(report.seconds)),
      JSONMember(key: "requests", value: .int(report.requests)),
    ]
    members += LoadReport.Verdict.allCases.map { JSONMember(key: $0.rawValue, value: .int(report.count($0))) }
    members += [
      JSONMember(key: "wrong", value: .int(report.wrong)),
      JSONMember(key: "per-second", value: .double(Self.rounding(report.rate, 1))),
      JSONMember(key: "latency", value: Self.object(report.latency)),
      JSONMember(key: "own-cost", value: .double(Self.rounding(ownCost, 1))),
    ]
    if plan.mode == .list {
      members += [
        JSONMember(key: "first-byte", value: Self.object(report.firstByte)),
        JSONMember(key: "accounts", value: .int(report.accounts)),
        JSONMember(key: "accounts-per-second", value: .double(Self.rounding(perSecond(report.accounts), 1))),
        JSONMember(key: "bytes", value: .int(report.bytes)),
      ]
    }
    return .object(members)
  }

  private var ownCost: Double { report.processorSeconds * 1e6 / Double(max(report.requests, 1)) }
  private func perSecond(_ count: Int) -> Double { report.seconds > 0 ? Double(count) / report.seconds : 0 }

  private static func line(_ latency: LatencyHistogram) -> String {
    percentiles.map { "\($0.0) \(milliseconds(latency.percentile($0.1)))  " }.joined()
      + "max \(milliseconds(latency.maximum))"
  }

  private static func object(_ latency: LatencyHistogram) -> JSONValue {
    .object(
      percentiles.map { JSONMember(key: $0.0, value: .double(microseconds(latency.percentile($0.1)))) }
        + [JSONMember(key: "max", value: .double(microseconds(latency.maximum)))])
  }

  private static func milliseconds(_ nanoseconds: Int) -> Double { Double(nanoseconds / 1000) / 1000 }
  private static func microseconds(_ nanoseconds: Int) -> Double { Double(nanoseconds / 100) / 10 }

  private static func rounding(_ value: Double, _ digits: Int) -> Double {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    return (value * scale).rounded() / scale
  }

  private static func rounded(_ value: Double, _ digits: Int) -> String {
    digits == 0 ? "\(Int(value.rounded()))" : "\(rounding(value, digits))"
  }

  private func meaning(_ verdict: LoadReport.Verdict) -> String {
    switch verdict {
    case .right: "right"
    case .refused: "refused"
    case .accepted: "accepted, where a refusal was expected"
    case .foreign where plan.mode == .list: "lists with another number of accounts"
    case .foreign: "not about the account that was asked for, or without the expected lines"
    case .silent: "closed without an answer (temporary failure)"
    case .truncated: "cut short"
    case .garbled: "not of the authdaemond protocol"
    case .unconnected: "connections that failed"
    case .overdue: "without an answer in time"
    }
  }
}
