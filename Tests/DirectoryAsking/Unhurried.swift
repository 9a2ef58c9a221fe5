package import DatabaseServers

extension OutageTiming {
  /// For what must hold however slow the machine is: no server is left because it, or the test, had to wait for a processor.
  package static let unhurried = OutageTiming(patience: .seconds(60), silence: .seconds(60), connecting: .seconds(60))
}

extension Duration {
  /// The most that "at once, or a second later" may take on a machine that does several other things.
  package static let shortly = Duration.seconds(4)
}
