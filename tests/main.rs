//! One integration binary: what gonogo promises, tried from outside.

mod alike;
mod allow;
mod baseline;
mod baseline_base;
mod changed;
mod cli;
mod comforts;
mod configuration;
mod engine;
mod fixtures;
mod gears;
mod git;
mod hostile;
mod limits;
mod mutate;
mod mutations;
mod odd_trees;
mod order;
mod pages;
mod readers;
mod reports;
mod repository;
mod seats;
mod sound;
mod support;
mod tidy;
