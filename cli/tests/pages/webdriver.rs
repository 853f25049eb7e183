//! A headless Chromium, driven by chromedriver: the few calls of WebDriver that tests of pages need.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nlkit_tests::skip::skip;
use serde_json::{Value, json};

/// How long something in a page may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A browser with one window.
pub(crate) struct Browser {
    driver: Driver,
    /// The address of its session.
    session: String,
}

/// The driver, which ends with the value, and the browser with it.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Browser {
    /// A browser with a profile of its own in `folder`; `None`, said aloud, where none is installed.
    pub(crate) fn start(folder: &Path, (width, height): (u32, u32)) -> Option<Self> {
        let has_browser = Command::new("chromium").arg("--version").output().is_ok();
        let mut driver = Command::new("chromedriver");
        driver.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
        let Some(mut child) = driver.spawn().ok().filter(|_| has_browser) else {
            skip("chromium and chromedriver are not installed");
            return None;
        };
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let driver = Driver(child);
        let port = lines.find_map(|line| {
            let (_, port) = line.rsplit_once("started successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.expect("chromedriver did not start");
        // What nobody reads would stop the driver once the pipe is full.
        thread::spawn(move || lines.for_each(drop));
        let args = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &format!("--user-data-dir={}", folder.join("profile").display()),
            &format!("--window-size={width},{height}"),
        ];
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": args },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let base = format!("http://127.0.0.1:{port}/session");
        let session = post(&base, &capabilities);
        let session = format!("{base}/{}", session["sessionId"].as_str().unwrap());
        Some(Self { driver, session })
    }

    /// Opens a page, and waits until it is loaded.
    pub(crate) fn open(&self, address: &str) {
        self.post("url", &json!({ "url": address }));
    }

    /// Presses keys, wherever the focus is.
    pub(crate) fn press(&self, keys: &str) {
        let key = |key: char| {
            [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })]
        };
        let actions: Vec<Value> = keys.chars().flat_map(key).collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.post("actions", &json!({ "actions": [keyboard] }));
    }

    /// What a script returns.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.post("execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Waits until a script returns true.
    pub(crate) fn wait_for(&self, script: &str) {
        let begin = Instant::now();
        while self.run(script) != true {
            assert!(begin.elapsed() < PATIENCE, "never: {script}");
        }
    }

    /// Has the browser prefer light or dark pages.
    pub(crate) fn prefer(&self, scheme: &str) {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.emulate("setEmulatedMedia", &json!({ "features": [feature] }));
    }

    /// Gives the window a width and height that no window on a desktop has.
    pub(crate) fn resize(&self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": true });
        self.emulate("setDeviceMetricsOverride", &size);
    }

    fn emulate(&self, command: &str, params: &Value) {
        let command = format!("Emulation.{command}");
        self.post("goog/cdp/execute", &json!({ "cmd": command, "params": params }));
    }

    /// Ends the browser, where nothing was said on the console meanwhile: no error of a script, nothing that the
    /// pages' policy forbids, no file that is missing.
    pub(crate) fn close_without_complaint(self) {
        // Nobody hears a console that is not listened to.
        self.run("console.error('heard')");
        let log = self.post("se/log", &json!({ "type": "browser" }));
        let log: Vec<&str> =
            log.as_array().unwrap().iter().filter_map(|it| it["message"].as_str()).collect();
        assert!(matches!(log.as_slice(), [only] if only.contains("heard")), "{log:#?}");
        ureq::delete(&self.session).call().unwrap();
        drop(self.driver);
    }

    fn post(&self, command: &str, body: &Value) -> Value {
        post(&format!("{}/{command}", self.session), body)
    }
}

fn post(address: &str, body: &Value) -> Value {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let mut response = agent.post(address).send_json(body).unwrap();
    let mut reply: Value = response.body_mut().read_json().unwrap();
    let value = reply["value"].take();
    assert!(response.status().is_success(), "{address}: {}", value["message"]);
    value
}
