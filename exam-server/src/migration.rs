//! The schema's history. Migrations are written by hand, expand before they contract, and are never edited after a release.

use sea_orm_migration::prelude::*;

mod m20261127_000001_foundation;

/// All migrations in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m20261127_000001_foundation::Migration)]
    }
}
