//! One integration binary: what gonogo promises, tried from outside.

mod cli;
mod configuration;
mod engine;
mod fixtures;
mod gears;
mod hostile;
mod pages;
mod readers;
mod support;
mod tidy;
