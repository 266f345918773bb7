namespace MdlRuntime;

/// <summary>One entry of a domain's page table.</summary>
internal readonly record struct DomainPage(Pfn Pfn, IommuPermissions Permissions);
