//! What a browser's own report says of the machine and the program, by the components that dialects name alike.

use rightful_domain::{Device, Facts};

use super::agent::System;
use super::versions;
use super::{Slot, count_slot, flag_slot, number_slot};

/// Renderers in software, as their names say.
const SOFTWARE: [&str; 6] =
    ["swiftshader", "llvmpipe", "softpipe", "software rasterizer", "basic render", "software adapter"];
/// Renderers of virtual machines.
const VIRTUAL: [&str; 8] = ["vmware", "virtualbox", "vbox", "parallels", "virgl", "virtio", "svga3d", "hyper-v"];
/// The most cores of a machine that people sit at.
const CORES_MAX: u32 = 128;
/// Colors of screens that are sold, in bits.
const COLOR_DEPTHS: [u32; 4] = [24, 30, 32, 48];

/// What a browser's own report says; None where it says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Browser {
    /// It says itself that a program drives it, or a driver's own variables are in the page.
    pub(crate) driven: Option<bool>,
    /// How many of the weaker proofs of a driver there are: a debugger's protocol is attached, natives are replaced, the
    /// page sees another agent string than the server.
    pub(crate) driver_hints: Option<u32>,
    /// By what it draws.
    pub(crate) renderer: Option<Renderer>,
    /// The processor's cores.
    pub(crate) cores: Option<u32>,
    /// The number of cores is none that machines of people have: odd, or too many.
    pub(crate) cores_odd: Option<bool>,
    /// The screen has no extent, or colors that no screen has.
    pub(crate) display_odd: Option<bool>,
    /// How many contradictions there are between what it claims to be and what it is.
    pub(crate) contradictions: Option<u32>,
    /// It presented the id of another device.
    pub(crate) copied_id: Option<bool>,
    /// The program is older than it was; None unless the account came with this device and this program the last time.
    pub(crate) went_back: Option<bool>,
}

/// By what a browser draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Renderer {
    /// A processor for graphics.
    Hardware,
    /// The machine's own processor.
    Software,
    /// What a virtual machine offers.
    Virtual,
}

impl Renderer {
    /// As spelled in evidence.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Hardware => "hardware",
            Self::Software => "software",
            Self::Virtual => "virtual",
        }
    }

    fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let holds = |words: &[&str]| words.iter().any(|word| name.contains(word));
        if holds(&VIRTUAL) {
            Self::Virtual
        } else if holds(&SOFTWARE) {
            Self::Software
        } else {
            Self::Hardware
        }
    }
}

pub(super) fn derive(facts: &Facts) -> Browser {
    let device = &facts.event.device;
    if device.components.is_empty() {
        // Nothing is told that could be compared with the agent string; only that itself with an earlier one.
        return Browser { went_back: went_back(facts), ..Browser::default() };
    }
    let told = |name: &str| component(device, name);
    let is = |name: &str| told(name).map(|value| value == "true");
    let number = |name: &str| told(name).and_then(|value| value.parse::<u32>().ok());
    // A browser that tells whether a program drives it has told all that is asked here.
    let has_told = told("webdriver").is_some();
    let cores = number("cores");
    let sides = number("screen_width").zip(number("screen_height"));
    let header_system = facts.event.network.user_agent.as_deref().and_then(System::read);
    let claims = [told("system"), told("platform"), told("page_agent")];
    let systems = claims.into_iter().flatten().filter_map(System::read);
    let other_systems = systems.filter(|system| header_system.is_some_and(|header| !system.may_pass_for(header)));
    let page_agent = u32::from(told("page_agent").is_some());
    let replaced = u32::from(told("replaced_getters").is_some());
    Browser {
        driven: has_told.then(|| {
            ["webdriver", "driver_alias", "driver_variables"].into_iter().any(|name| is(name) == Some(true))
                || told("driver_names").is_some()
        }),
        driver_hints: has_told.then(|| u32::from(is("devtools_protocol") == Some(true)) + replaced + page_agent),
        renderer: told("gpu").map(Renderer::of),
        cores,
        cores_odd: cores.map(|cores| cores == 0 || (cores > 1 && cores % 2 == 1) || cores > CORES_MAX),
        display_odd: sides.map(|(width, height)| {
            let depth = number("color_depth");
            width == 0 || height == 0 || depth.is_some_and(|depth| !COLOR_DEPTHS.contains(&depth))
        }),
        contradictions: has_told.then(|| {
            let systems = u32::try_from(other_systems.count()).unwrap_or(u32::MAX);
            systems.saturating_add(page_agent + replaced)
        }),
        copied_id: told("presented_id").map(|_| true),
        went_back: went_back(facts),
    }
}

fn component<'d>(device: &'d Device, name: &str) -> Option<&'d str> {
    device.components.iter().find(|(known, _)| **known == *name).map(|(_, value)| &**value)
}

/// By the agent string that the account's last device came with, if that is this one.
fn went_back(facts: &Facts) -> Option<bool> {
    let (device, latest) = (&facts.event.device, facts.history.latest_device.as_ref()?);
    let is_the_same = !device.has_likeness_only() && device.id() == Some(&latest.id);
    let (before, now) = (latest.user_agent.as_deref()?, facts.event.network.user_agent.as_deref()?);
    is_the_same.then(|| versions::went_back(before, now)).flatten()
}

pub(super) const SLOTS: &[Slot<Browser>] = &[
    Slot { name: "browser_driven", read: |b| flag_slot(b.driven) },
    Slot { name: "browser_driver_hints", read: |b| count_slot(b.driver_hints) },
    Slot { name: "browser_renderer", read: |b| number_slot(b.renderer.map(|renderer| f64::from(renderer as u8))) },
    Slot { name: "browser_cores", read: |b| count_slot(b.cores) },
    Slot { name: "browser_cores_odd", read: |b| flag_slot(b.cores_odd) },
    Slot { name: "browser_display_odd", read: |b| flag_slot(b.display_odd) },
    Slot { name: "browser_contradictions", read: |b| count_slot(b.contradictions) },
    Slot { name: "browser_copied_id", read: |b| flag_slot(b.copied_id) },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renderer_is_known_by_its_name() {
        for (name, expected) in [
            ("ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)", Renderer::Software),
            ("llvmpipe (LLVM 15.0.6, 256 bits)", Renderer::Software),
            ("Microsoft Basic Render Driver", Renderer::Software),
            ("ANGLE (VMware, SVGA3D; build, OpenGL 4.3)", Renderer::Virtual),
            ("ANGLE (Apple, ANGLE Metal Renderer: Apple M2, Unspecified Version)", Renderer::Hardware),
            ("ANGLE (NVIDIA, NVIDIA GeForce RTX 3060)", Renderer::Hardware),
        ] {
            assert_eq!(Renderer::of(name), expected, "{name}");
        }
    }
}
