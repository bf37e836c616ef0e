//! The app registrations of a directory, a page at a time, through Microsoft Graph.

use std::collections::HashSet;
use std::collections::VecDeque;

use model::AccessToken;
use model::Tenant;
use model::TokenEntry;
use protocol::HttpRequest;
use protocol::graph;
use protocol::graph::Application;
use protocol::graph::ApplicationQuery;
use protocol::graph::ApplicationSearch;
use protocol::graph::GraphError;
use protocol::graph::GraphRefusal;
use protocol::graph::GraphService;
use protocol::graph::LinkFault;
use protocol::graph::Page;
use protocol::identifier;
use protocol::retry;
use url::Url;

use crate::DEFAULT_TIMEOUT;
use crate::Engine;
use crate::EngineError;
use crate::request::CacheUse;
use crate::request::TokenRequest;
use crate::send::Sender;

/// Graph may send pages without a hit where it filters; never so many of them one after the other.
const MOST_EMPTY_PAGES: u32 = 100;

/// A listing under way. Nothing is asked before the first page is wanted, and no page is kept.
pub struct Applications<'a> {
    engine: Engine<'a>,
    request: &'a TokenRequest,
    service: GraphService,
    search: ApplicationSearch,
    correlation_id: String,
    token: Option<TokenEntry>,
    queries: VecDeque<ApplicationQuery>,
    /// The next page of the first query; `None` at its beginning.
    next: Option<Url>,
    /// The pages that the first query has asked for.
    followed: HashSet<String>,
    /// How many pages without any application came last.
    empty_pages: u32,
    /// What was handed out, while another query may bring it again.
    seen: HashSet<String>,
}

impl<'a> Applications<'a> {
    /// A listing of what is searched for, with tokens that this request gets; its scopes have to
    /// be Graph's.
    ///
    /// # Errors
    /// [`EngineError::NoGraph`] if tokens of the request's authority are for no Graph.
    pub fn new(
        engine: Engine<'a>,
        request: &'a TokenRequest,
        search: ApplicationSearch,
    ) -> Result<Self, EngineError> {
        let service = GraphService::of(&request.authority).map_err(EngineError::NoGraph)?;
        let correlation_id =
            identifier::random_guid().map_err(|error| EngineError::Request(error.to_string()))?;
        Ok(Self {
            engine,
            request,
            service,
            queries: search.queries().into(),
            search,
            correlation_id,
            token: None,
            next: None,
            followed: HashSet::new(),
            empty_pages: 0,
            seen: HashSet::new(),
        })
    }

    /// The directory that is listed, as soon as there is a token: the one that was named, or else
    /// the one that the person signed in to.
    pub fn tenant_id(&self) -> Option<&str> {
        let account = self.token.as_ref()?.account.as_ref();
        let of_account = account.map(|account| account.tenant_id.as_str());
        let named = self.request.authority.tenant();
        named
            .filter(|tenant| tenant.is_concrete())
            .map(Tenant::as_str)
            .or(of_account)
    }

    /// The applications of the next page that are meant and were not handed out before, which may
    /// be none; `None` after the last page.
    pub fn next_page(&mut self) -> Result<Option<Vec<Application>>, EngineError> {
        let Some(query) = self.queries.front().cloned() else {
            return Ok(None);
        };
        let address = match self.next.take() {
            Some(next) => next,
            None => self.service.first_page(&query),
        };
        let is_first = self.followed.is_empty();
        if !self.followed.insert(address.as_str().to_owned()) {
            return Err(EngineError::Graph(GraphError::Link {
                link: address.into(),
                fault: LinkFault::Loop,
            }));
        }
        let page = match self.page(&address, &query) {
            Err(EngineError::Graph(GraphError::Refused(refusal)))
                if is_first && query.clause.is_advanced() && refusal.status == 400 =>
            {
                // This directory has no advanced queries.
                self.queries = VecDeque::from([self.search.plain_query()]);
                self.followed.clear();
                return Ok(Some(Vec::new()));
            }
            outcome => outcome?,
        };
        self.empty_pages = match page.applications.as_slice() {
            [] => self.empty_pages + 1,
            _ => 0,
        };
        if self.empty_pages > MOST_EMPTY_PAGES {
            return Err(EngineError::Graph(GraphError::Link {
                link: page.next_link.unwrap_or_default(),
                fault: LinkFault::Endless,
            }));
        }
        let link = page.next_link.as_deref();
        // A link that leads astray spoils the page that names it: what it holds is not shown.
        let next = link.map(|link| self.service.next_page(link)).transpose();
        self.next = next.map_err(EngineError::Graph)?;
        let applications = self.meant(page.applications, &query);
        if self.next.is_none() {
            self.queries.pop_front();
            self.followed.clear();
        }
        Ok(Some(applications))
    }

    fn meant(
        &mut self,
        mut applications: Vec<Application>,
        query: &ApplicationQuery,
    ) -> Vec<Application> {
        if query.needs_narrowing {
            let search = &self.search;
            applications.retain(|found| search.is_met_by(&found.display_name, &found.app_id));
        }
        let more_queries = self.queries.len() > 1;
        if more_queries || !self.seen.is_empty() {
            let seen = &mut self.seen;
            applications.retain(|found| {
                if more_queries {
                    seen.insert(found.object_id.clone())
                } else {
                    !seen.contains(&found.object_id)
                }
            });
        }
        applications
    }

    /// One page. A token that Graph does not take is replaced once.
    fn page(&mut self, address: &Url, query: &ApplicationQuery) -> Result<Page, EngineError> {
        let token = self.token()?;
        match self.asked(address, query, &token) {
            Err(EngineError::Graph(GraphError::Refused(refusal))) if refusal.status == 401 => {
                let token = self.another_token(&refusal)?;
                self.asked(address, query, &token)
            }
            outcome => outcome,
        }
    }

    fn token(&mut self) -> Result<AccessToken, EngineError> {
        let now = self.engine.clock.now();
        match &self.token {
            Some(entry) if entry.expires_on > now => Ok(entry.access_token.clone()),
            _ => self.acquired(self.request),
        }
    }

    fn acquired(&mut self, request: &TokenRequest) -> Result<AccessToken, EngineError> {
        let issued = self.engine.token(request)?;
        let token = issued.entry.access_token.clone();
        self.token = Some(issued.entry);
        Ok(token)
    }

    fn another_token(&mut self, refusal: &GraphRefusal) -> Result<AccessToken, EngineError> {
        let request = TokenRequest {
            claims: self.request.claims_to_send(refusal.claims.as_deref())?,
            cache: match self.request.cache {
                CacheUse::None => CacheUse::None,
                CacheUse::ReadAndWrite | CacheUse::WriteOnly => CacheUse::WriteOnly,
            },
            ..self.request.clone()
        };
        self.acquired(&request)
    }

    fn asked(
        &self,
        address: &Url,
        query: &ApplicationQuery,
        token: &AccessToken,
    ) -> Result<Page, EngineError> {
        let allowed = self.request.timeout.unwrap_or(DEFAULT_TIMEOUT);
        let sender = Sender::starting_now(&self.engine, allowed);
        let build = || -> Result<HttpRequest, EngineError> {
            Ok(self
                .service
                .request(address, query, token, &self.correlation_id))
        };
        let read = |response: &_| graph::page(response).map_err(EngineError::Graph);
        let outcome = sender.send(retry::MAX_ATTEMPTS, build, read);
        outcome.map_err(|error| match error {
            EngineError::TimedOut(allowed) => EngineError::NoPage(allowed),
            other => other,
        })
    }
}
