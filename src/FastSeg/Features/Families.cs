namespace FastSeg;

/// <summary>Families of classical features; a specification holds any set of them.</summary>
[Flags]
public enum Families
{
    /// <summary>No family.</summary>
    None = 0,

    /// <summary>The image itself (scale 0) and its Gaussian blur with every sigma.</summary>
    Gaussian = 1,

    /// <summary>Gradient magnitude of the image and of every blur.</summary>
    Sobel = 2,

    /// <summary>Eigenvalues, modulus, trace and determinant of the Hessian of the image and of every blur.</summary>
    Hessian = 4,

    /// <summary>Differences of every two blurs.</summary>
    Dog = 8,

    /// <summary>Statistics over the responses to oriented lines.</summary>
    Membrane = 16,

    /// <summary>Trace of the second derivatives of the image and of every blur.</summary>
    Laplacian = 32,

    /// <summary>Eigenvalues of the structure tensor, for every sigma.</summary>
    Structure = 64,

    /// <summary>Mean over a disk whose radius is sigma, for every sigma.</summary>
    Mean = 128,

    /// <summary>Minimum over a disk whose radius is sigma, for every sigma.</summary>
    Min = 256,

    /// <summary>Maximum over a disk whose radius is sigma, for every sigma.</summary>
    Max = 512,

    /// <summary>Median over a disk whose radius is sigma, for every sigma.</summary>
    Median = 1024,

    /// <summary>The paper's and Weka's default set: 58 features a channel with five sigmas.</summary>
    Default = Gaussian | Sobel | Hessian | Dog | Membrane,
}
