//! What another target needs: packages, Rust's std, an emulator that is set up. Everything that is there already is left alone.

use crate::{Outcome, workspace};
use std::borrow::Cow;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A target that is not the host's, and what builds and runs its programs here.
#[derive(Clone)]
pub struct Target {
    pub triple: &'static str,
    /// Files that must exist, and the Debian packages that have them.
    packages: &'static [(&'static str, &'static str)],
    linker: &'static str,
    /// Runs a program of the target.
    pub emulator: Cow<'static, str>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Qemu,
    Wine,
}

/// In the order in which they run.
pub const TARGETS: &[Target] = &[
    Target {
        triple: "aarch64-unknown-linux-gnu",
        packages: &[
            ("/usr/bin/aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"),
            ("/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1", "libc6-dev-arm64-cross"),
            ("/usr/bin/qemu-aarch64", "qemu-user"),
        ],
        linker: "aarch64-linux-gnu-gcc",
        emulator: Cow::Borrowed("/usr/bin/qemu-aarch64"),
        kind: Kind::Qemu,
    },
    Target {
        triple: "x86_64-pc-windows-gnu",
        packages: &[
            ("/usr/bin/x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64-win32"),
            ("/usr/lib/wine/wine64", "wine64"),
        ],
        linker: "x86_64-w64-mingw32-gcc",
        emulator: Cow::Borrowed("/usr/lib/wine/wine64"),
        kind: Kind::Wine,
    },
];

/// Wine's server, which Wine's other programs talk to.
const WINESERVER: &str = "/usr/lib/wine/wineserver64";

/// Where Linux is told what runs foreign programs.
const BINFMT: &str = "/proc/sys/fs/binfmt_misc";

/// An ELF file for aarch64 is run by qemu: the file's first bytes, a mask of those that count, the interpreter, and `F`,
/// which opens it once and for all.
const BINFMT_AARCH64: &str = r":uplift-aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/qemu-aarch64:F";

impl Target {
    /// The target with another qemu, if it is one that qemu runs.
    pub fn with_qemu(&self, qemu: Option<&Path>) -> Target {
        let mut target = self.clone();
        if let (Some(path), Kind::Qemu) = (qemu, self.kind) {
            target.emulator = Cow::Owned(path.to_string_lossy().into_owned());
        }
        target
    }

    /// The variables that cargo, the linker and the emulator look at.
    pub fn environment(&self) -> Result<Vec<(String, String)>, String> {
        let name = self.triple.to_uppercase().replace('-', "_");
        let mut variables = vec![(format!("CARGO_TARGET_{name}_LINKER"), self.linker.to_owned())];
        let mut set = |name: &str, value: &str| variables.push((name.to_owned(), value.to_owned()));
        // Line tables are half of the target folder, and no debugger looks at them here.
        set("CARGO_PROFILE_DEV_DEBUG", "0");
        match self.kind {
            Kind::Qemu => set("QEMU_LD_PREFIX", "/usr/aarch64-linux-gnu"),
            Kind::Wine => {
                set("WINEPREFIX", &prefix()?.to_string_lossy());
                set("WINEDEBUG", "-all");
                // With its debugger, a program that crashed sometimes exits with 0.
                set("WINEDLLOVERRIDES", "winedbg.exe=d");
            }
        }
        Ok(variables)
    }

    /// Installs and sets up what is missing.
    pub fn set_up(&self) -> Outcome {
        self.install_packages()?;
        self.install_std()?;
        match self.kind {
            Kind::Qemu => register_qemu(),
            Kind::Wine => self.make_prefix(),
        }
    }

    fn install_packages(&self) -> Outcome {
        let missing = self.packages.iter().filter(|(file, _)| !Path::new(file).exists());
        let names: Vec<&str> = missing.map(|(_, package)| *package).collect();
        if names.is_empty() {
            return Ok(());
        }
        eprintln!("installing {}", names.join(", "));
        as_root(&["apt-get", "update", "-qq"])?;
        as_root(&[&["apt-get", "install", "-y", "-qq", "--no-install-recommends"], &names[..]].concat())
    }

    fn install_std(&self) -> Outcome {
        let library = Command::new("rustc")
            .args(["--print", "target-libdir", "--target", self.triple])
            .output()
            .map_err(|e| format!("cannot run rustc: {e}"))?;
        let folder = String::from_utf8_lossy(&library.stdout).trim().to_owned();
        if library.status.success() && Path::new(&folder).is_dir() {
            return Ok(());
        }
        run(Command::new("rustup").args(["target", "add", self.triple])).map_err(|e| {
            format!(
                "{e}\nRust's std for {} is missing, and without rustup it is not installed from here",
                self.triple
            )
        })
    }

    /// Makes Wine's folder of drives and settings, with the one library that Wine may lack.
    fn make_prefix(&self) -> Outcome {
        let prefix = prefix()?;
        let in_wine = |program: &str| -> Result<Command, String> {
            let mut command = Command::new(program);
            command.envs(self.environment()?).stdout(Stdio::null()).stderr(Stdio::null());
            Ok(command)
        };
        if !prefix.join("system.reg").exists() {
            eprintln!("making {}", prefix.display());
            fs::create_dir_all(&prefix).map_err(|e| format!("{}: {e}", prefix.display()))?;
            run(in_wine(&self.emulator)?.args(["wineboot", "--init"]))?;
            run(in_wine(WINESERVER)?.arg("--wait"))?;
        }
        let library = prefix.join("drive_c/windows/system32/bcryptprimitives.dll");
        if library.exists() {
            return Ok(());
        }
        let source = workspace::root().join("xtask/src/targets/bcryptprimitives.c");
        run(Command::new(self.linker).args(["-O2", "-s", "-shared", "-o"]).args([
            library.as_path(),
            source.as_path(),
            Path::new("-ladvapi32"),
        ]))
    }

    /// Starts what must run beside the target's programs; it ends with the value.
    pub fn start(&self) -> Result<Started, String> {
        let environment = self.environment()?;
        let server = self.kind == Kind::Wine;
        if server {
            // Without a server that stays, every program pays three seconds for one of its own. It fails if there is one.
            let mut command = Command::new(WINESERVER);
            command.arg("--persistent").envs(environment.clone()).stdout(Stdio::null()).stderr(Stdio::null());
            command.status().map_err(|e| format!("cannot run {WINESERVER}: {e}"))?;
        }
        Ok(Started { server, environment })
    }

    /// A script that runs `program` of the target as if it were one of the host's.
    pub fn wrapper(&self, program: &Path) -> Result<PathBuf, String> {
        let path = folder()?.join(format!("run-{}", self.triple));
        let mut script = String::from("#!/bin/sh\n");
        for (name, value) in self.environment()? {
            script += &format!("export {name}='{value}'\n");
        }
        script += &format!("exec {} '{}' \"$@\"\n", self.emulator, program.display());
        fs::write(&path, script)
            .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o755)))
            .map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(path)
    }
}

/// What runs beside a target's programs.
pub struct Started {
    server: bool,
    environment: Vec<(String, String)>,
}

impl Drop for Started {
    fn drop(&mut self) {
        if self.server {
            // It kills the programs of this prefix only; when that fails, a server idles on.
            let _ = run(Command::new(WINESERVER).arg("--kill").envs(self.environment.clone()));
        }
    }
}

/// Where wrappers and Wine's files are.
fn folder() -> Result<PathBuf, String> {
    let folder = workspace::target()?.join("emulators");
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    Ok(folder)
}

fn prefix() -> Result<PathBuf, String> {
    Ok(folder()?.join("wine"))
}

/// Has Linux run aarch64 programs in qemu, for tests that start the `uplift` command.
fn register_qemu() -> Outcome {
    if !Path::new(BINFMT).join("register").exists() {
        as_root(&["mount", "-t", "binfmt_misc", "binfmt_misc", BINFMT])?;
    }
    let registered = fs::read_dir(BINFMT).map_err(|e| format!("{BINFMT}: {e}"))?.flatten();
    if registered.into_iter().any(|entry| entry.file_name().to_string_lossy().contains("aarch64")) {
        return Ok(());
    }
    as_root(&["sh", "-c", &format!("printf '%s' '{BINFMT_AARCH64}' > {BINFMT}/register")])
}

/// Runs a command as root: as it is, or with sudo.
fn as_root(words: &[&str]) -> Outcome {
    let root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    let words = if root { words.to_vec() } else { [&["sudo"], words].concat() };
    run(Command::new(words[0]).args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive"))
        .map_err(|e| format!("{e}\nthis must run as root"))
}

fn run(command: &mut Command) -> Outcome {
    let line = || {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    };
    let line = line();
    let status = command.stdin(Stdio::null()).status().map_err(|e| format!("cannot run `{line}`: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{line}` failed")) }
}
