//! A process that is sent logins, and the logins: what benches that measure a whole server share.

#![expect(dead_code, reason = "each bench uses its own part")]

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rightful_sim::http::request;
use serde_json::{Value, json};

pub(crate) type Done<T> = Result<T, Box<dyn std::error::Error>>;

/// The vendor's login with all its fields, of one of many customers.
pub(crate) fn login(authorization: &str, nth: u64, accounts: u64) -> Vec<u8> {
    let account = nth.wrapping_mul(0x9E37_79B9_7F4A_7C15) % accounts;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let place = json!({
        "country": "GBR", "postalCode": "E1 1AA", "latitude": 51.503252, "longitude": -0.127899,
        "addresseeName": "John Smith", "street1": "123 fake st.", "street2": "floor 4, flat 48",
        "neighbourhood": "Hackney", "zone": "1", "city": "London", "region": "California", "poBoxNumber": "1234",
    });
    let body = json!({
        "timestamp": now.as_nanos() as u64,
        "login": {
            "username": format!("customer-{account}@example.com"),
            "customerId": format!("customer-{account}"),
            "success": true,
            "authenticationMechanism": {
                "password": {
                    "passwordHashed": "ef92b778bafe771e89245b89ecbc08a44a4e166c06659911881f383d4473e94f",
                    "success": true,
                },
            },
            "app": { "name": "Our App Lite", "platform": "web", "domain": "us.brand.com" },
        },
        "device": {
            "deviceId": format!("device-{account}-{}", nth % 2),
            "ipAddress": format!("10.{}.{}.{}", account >> 16, (account >> 8) & 255, account & 255),
            "language": "en-US",
            "userAgent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_13_4) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/69.0.3497.100 Safari/537.36",
            "model": "Pixel XL", "os": "android", "type": "phone", "manufacturer": "google",
            "location": place,
        },
        "location": place,
    });
    let headers = [("authorization", authorization), ("content-type", "application/json")];
    request("POST", "/v3/login?score=true", &headers, body.to_string().as_bytes())
}

/// A process under load.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Process {
    pub(crate) fn echo() -> Done<Self> {
        let mut child = Command::new(std::env::current_exe()?).arg("--echo").stdout(Stdio::piped()).spawn()?;
        let line = first_line(child.stdout.take(), |line| line.parse::<SocketAddr>().is_ok())?;
        Ok(Self { child, address: line.parse()? })
    }

    pub(crate) fn server(data: &Path) -> Done<(Self, String)> {
        let rightful = env!("CARGO_BIN_EXE_rightful");
        let created = Command::new(rightful).args(["app", "create", "bench", "--json", "--data"]).arg(data).output()?;
        let keys: Value = serde_json::from_slice(&created.stdout)?;
        let key = keys["ravelin"]["secret_key"].as_str().ok_or("no key")?.to_owned();
        let mut child = Command::new(rightful)
            .args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stderr(Stdio::piped())
            .spawn()?;
        let line = first_line(child.stderr.take(), |line| line.contains("listening on http://"))?;
        let address = line.rsplit("listening on http://").next().and_then(|rest| rest.split_whitespace().next());
        Ok((Self { child, address: address.ok_or("no address")?.parse()? }, key))
    }

    /// User and system time of the process so far, in µs.
    pub(crate) fn cpu_us(&self) -> Done<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name, in parentheses, may hold spaces: count fields behind it. See proc(5): utime is 14, stime 15.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
        let ticks: f64 = [11, 12].iter().filter_map(|nth| fields.get(*nth)?.parse::<f64>().ok()).sum();
        /// Linux counts in hundredths of a second for programs, whatever the kernel's own tick.
        const TICK_US: f64 = 10_000.0;
        Ok(ticks * TICK_US)
    }

    /// The most memory that it ever had, in bytes.
    pub(crate) fn memory_max(&self) -> Done<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        Ok(kib.ok_or("no VmHWM")?.trim().parse::<u64>()? * 1_024)
    }

    pub(crate) fn stop(mut self) -> Done<()> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _ended_already = self.child.wait();
    }
}

/// The first line that is it; the rest is read on in the background, so that the process never waits for a reader.
fn first_line(stream: Option<impl std::io::Read + Send + 'static>, is_it: impl Fn(&str) -> bool) -> Done<String> {
    use std::io::BufRead;
    let mut lines = std::io::BufReader::new(stream.ok_or("no output")?).lines();
    let line = loop {
        let line = lines.next().ok_or("the process ended early")??;
        if is_it(&line) {
            break line;
        }
    };
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    Ok(line)
}

pub(crate) fn bytes_in(folder: &Path) -> Done<u64> {
    let mut n_bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        n_bytes += if entry.file_type()?.is_dir() {
            bytes_in(&entry.path())?
        } else {
            use std::os::unix::fs::MetadataExt;
            // Blocks, not length: files may be preallocated with holes.
            entry.metadata()?.blocks() * 512
        };
    }
    Ok(n_bytes)
}
