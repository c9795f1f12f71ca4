//! Every algebraic rule has a filetest of its name, in which it fires; and no filetest is without a rule.

use std::collections::BTreeSet;
use uplift_opt::rules::RULES;
use uplift_opt::{OptConfig, optimize_with_report};
use uplift_testing::filetest::{FileTest, files, folder};
use uplift_testing::host::HOST;

#[test]
fn every_rule_fires_in_its_filetest() {
    let mut tested = BTreeSet::new();
    for path in files(&folder().join("opt/rules")) {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let file = FileTest::new(&text).unwrap().parse().unwrap();
        let fires = file.trees.iter().any(|tree| {
            let (_, report) = optimize_with_report(tree, &HOST, &OptConfig::default()).unwrap();
            report.rules.iter().any(|&(rule, _)| rule == name)
        });
        assert!(fires, "rule {name} does not fire in {}", path.display());
        tested.insert(name);
    }
    let rules: BTreeSet<String> = RULES.iter().map(|rule| rule.name.to_owned()).collect();
    assert_eq!(rules, tested);
}
