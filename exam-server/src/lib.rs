//! The exam server. Each concept of the field is one module with its routes, rules, operations and queries; `entity` holds
//! the rows, `http` what all routes share, `cli` the commands.

pub mod account;
pub mod app;
pub mod audit;
pub mod authoring;
pub mod cli;
pub mod clock;
pub mod config;
pub mod credential;
pub mod db;
pub mod demo;
pub mod entity;
pub mod exam;
pub mod http;
pub mod ids;
pub mod lab;
pub mod migration;
pub mod proctoring;
pub mod random;
pub mod scoring;
pub mod secrets;
pub mod server;
pub mod session;
#[cfg(test)]
pub mod testing;
