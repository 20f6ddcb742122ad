//! One integration binary: what gonogo promises, tried from outside.

mod pages;
