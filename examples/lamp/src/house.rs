//! The kernel's part: what a module with this family would answer. What the spec checks, the simulated
//! kernel does before.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nlkit::errno;
use nlkit::serve::{Refusal, Service};
use nlkit::sim::Kernel;

use crate::lamp::{self, Feature, GetDump, GetReply, GetRequest, Mode, Notification, SetRequest};

/// A kernel with a hall and a cellar.
pub(crate) fn kernel() -> Kernel {
    let house = House::default();
    let mut service = Service::<lamp::Family>::new();
    service.group(lamp::EVENTS);
    let lamps = house.clone();
    service.on_do(move |request: GetRequest, _| {
        let found = lamps.lock().get(&request.id.unwrap_or_default()).cloned();
        found.ok_or_else(no_such_lamp)
    });
    let lamps = house.clone();
    service.on_dump(move |_: GetDump, _| Ok(lamps.lock().values().cloned().collect::<Vec<_>>()));
    service.on_do(move |request: SetRequest, call| {
        let changed = house.set(request)?;
        call.notify(lamp::EVENTS, &Notification::ChangeNtf(changed))
    });
    let kernel = Kernel::new();
    kernel.add(service);
    kernel
}

#[derive(Clone)]
struct House(Arc<Mutex<BTreeMap<u32, GetReply>>>);

impl Default for House {
    fn default() -> Self {
        let lamps = BTreeMap::from([(1, lamp(1, "hall")), (2, lamp(2, "cellar"))]);
        Self(Arc::new(Mutex::new(lamps)))
    }
}

impl House {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, GetReply>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, request: SetRequest) -> Result<GetReply, Refusal> {
        let mut lamps = self.lock();
        let lamp = lamps.get_mut(&request.id.unwrap_or_default()).ok_or_else(no_such_lamp)?;
        lamp.mode = request.mode.or(lamp.mode);
        lamp.timer = request.timer.or(lamp.timer.take());
        Ok(lamp.clone())
    }
}

fn no_such_lamp() -> Refusal {
    Refusal::new(errno::ENODEV).message("there is no such lamp").attribute(".id")
}

fn lamp(id: u32, name: &str) -> GetReply {
    GetReply::new()
        .with_id(id)
        .with_name(name)
        .with_mode(Mode::OFF)
        .with_features(Feature::DIM)
        .with_burned(7_200_000_000)
}
