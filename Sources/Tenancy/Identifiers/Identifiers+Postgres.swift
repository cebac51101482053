internal import Postgres

extension EstablishmentID: PostgresArrayElement, PostgresDecodable {}
extension ShardID: PostgresArrayElement, PostgresDecodable {}
extension TerritoryID: PostgresArrayElement, PostgresDecodable {}
extension UAI: PostgresArrayElement, PostgresDecodable {}
extension AccountID: PostgresArrayElement, PostgresDecodable {}
extension PersonID: PostgresArrayElement, PostgresDecodable {}
extension SchoolYear: PostgresArrayElement, PostgresDecodable {}
extension Role: PostgresArrayElement, PostgresDecodable {}
