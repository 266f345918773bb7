namespace MdlRuntime.Tests.BadInput;

/// <summary>What kind of adapter the rig holds; with version 3 the machine has an IOMMU.</summary>
internal enum AdapterKind
{
    Version2,
    Version3,
    Subordinate,
    SubordinateVersion3,
    Released,
}
