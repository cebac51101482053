internal import Runtime

/// Following the master that the Sentinels elect.
extension RedisClient {
    func heard(_ event: RedisEvent, of master: String) {
        switch event {
        case .subscribed:
            // The event may have been missed while nobody listened: ask.
            loop.spawn {
                if let address = try? await self.connector.currentMaster() { await self.follow(address) }
            }
        case .message(_, let payload):
            // `<name> <old address> <old port> <new address> <new port>`
            let words = String(decoding: payload, as: UTF8.self).split(separator: " ")
            guard words.count == 5, words[0] == master, let port = UInt16(words[4]) else { return }
            let address = RedisConfiguration.Address(host: String(words[3]), port: port)
            loop.spawn { await self.follow(address) }
        }
    }

    /// Leaves the present server for the one that a Sentinel names, once that one says itself that it is a master: one
    /// Sentinel that is behind or cut off must not pull every node away from a good server.
    private func follow(_ address: RedisConfiguration.Address) async {
        guard let connection, connection.address != address, await connector.isMaster(address) else { return }
        guard connection === self.connection else { return }
        log.notice("the master has moved", ("host", .text(address.host)), ("port", .integer(Int(address.port))))
        connection.close(.demoted)
        subscriber.reconnect()
    }
}
